import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import type { FleetStage } from "../../stage/stage.ts";

export interface Handshake {
  readonly certificate: X509Certificate;
  readonly protocol: string | null;
}

type TlsVersion = "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Opens a TLS connection to the balancer under a host's name. Rejects when the balancer refuses, or shows no proof. */
export function shakeHands(stage: FleetStage, host: string, maxVersion: TlsVersion = "TLSv1.3"): Promise<Handshake> {
  const { hostname, port } = stage.url(host);
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: "127.0.0.1",
        port: Number(port),
        servername: hostname,
        ca: stage.cloud.authority.ca,
        minVersion: "TLSv1.1",
        maxVersion,
        // OpenSSL offers TLS 1.1 at security level 0 alone: the refusal must be the balancer's.
        ciphers: "DEFAULT@SECLEVEL=0",
      },
      () => {
        const certificate = new X509Certificate(socket.getPeerCertificate().raw);
        resolve({ certificate, protocol: socket.getProtocol() });
        socket.end();
      },
    ).once("error", reject);
  });
}
