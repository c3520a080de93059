/** Requests over the last minute or hour; the figures beside it say the same as text. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const highest = Math.max(1, ...values);
  return (
    <svg class="sparkline" viewBox="0 0 60 20" preserveAspectRatio="none" aria-hidden="true">
      {values.map((value, at) =>
        value === 0 ? null : (
          <rect key={at} x={at + 0.1} width={0.8} y={20 - height(value, highest)} height={height(value, highest)} />
        ),
      )}
    </svg>
  );
}

const height = (value: number, highest: number) => Math.max(1.5, (value / highest) * 20);
