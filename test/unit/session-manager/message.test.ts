import { acknowledge, decode, encode, type Message } from "@mcp-fleet/session-manager/message.ts";
import { createSequence } from "@mcp-fleet/session-manager/sequence.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const id = "dd01e56b-ff48-483e-a508-b5f073f31b16";

describe("a frame of the data channel", () => {
  const frame = encode({ type: "input_stream_data", sequence: 7, payloadType: 1, payload: Buffer.from("ls\n"), id });

  it("has the fields where the plugin has them", () => {
    expect(frame.readUInt32BE(0)).toBe(116);
    expect(frame.toString("utf8", 4, 36)).toBe("input_stream_data".padEnd(32));
    expect(frame.readUInt32BE(36)).toBe(1);
    expect(frame.readBigInt64BE(48)).toBe(7n);
    expect(frame.readUInt32BE(112)).toBe(1);
    expect(frame.readUInt32BE(116)).toBe(3);
    expect(frame.toString("utf8", 120)).toBe("ls\n");
  });

  it("has the lower half of its id first", () => {
    expect(frame.toString("hex", 64, 80)).toBe("a508b5f073f31b16dd01e56bff48483e");
  });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(), fc.uuid(), (bytes, sequence, one) => {
        const message: Message = {
          type: "output_stream_data",
          sequence,
          payloadType: 1,
          payload: Buffer.from(bytes),
          id: one,
        };
        expect(decode(encode(message))).toEqual(message);
      }),
    );
  });

  it("is refused when its payload was changed on the way, or its header is cut", () => {
    const changed = Buffer.from(frame);
    changed[120] = 0;
    expect(() => decode(changed)).toThrow("digest");
    expect(() => decode(frame.subarray(0, 100))).toThrow("too short for its header");
  });

  it("is acknowledged by its number and id", () => {
    const { type, payload } = decode(acknowledge(decode(frame)));
    expect(type).toBe("acknowledge");
    expect(JSON.parse(payload.toString())).toEqual({
      AcknowledgedMessageType: "input_stream_data",
      AcknowledgedMessageId: id,
      AcknowledgedMessageSequenceNumber: 7,
      IsSequentialMessage: true,
    });
  });
});

it("puts messages in order, each once", () => {
  const inOrder = createSequence();
  const at = (sequence: number): Message => ({
    type: "output_stream_data",
    sequence,
    payloadType: 1,
    payload: Buffer.alloc(0),
    id,
  });
  const taken = [1, 0, 0, 3, 2, 1].map((sequence) => inOrder(at(sequence)).map((message) => message.sequence));
  expect(taken).toEqual([[], [0, 1], [], [], [2, 3], []]);
});
