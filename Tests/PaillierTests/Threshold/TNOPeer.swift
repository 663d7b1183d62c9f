import Foundation
import Multiprecision

/// TNO's threshold Paillier (`tno.mpc.protocols.distributed_keygen`), three parties in one process that made a key
/// together: another implementation, with another way to share, of the same cryptosystem.
///
/// Used by one test at a time.
final class TNOPeer {
    /// Of its own key.
    let modulus: BigInteger
    private let process = Process()
    private let (input, output) = (Pipe(), Pipe())

    static var interpreter: String? { ProcessInfo.processInfo.environment["CHANCERY_PEERS_PYTHON"] }

    struct Failure: Error {
        let answer: String
    }

    private struct Key: Decodable {
        let n: BigInteger
    }

    private struct Request: Encodable {
        var open: [BigInteger] = []
        var encrypt: [BigInteger] = []
        var under: BigInteger = 0
    }

    private struct Reply: Decodable {
        let opened: [BigInteger]
        let encrypted: [BigInteger]
    }

    init(bitCount: Int) throws {
        process.executableURL = URL(fileURLWithPath: Self.interpreter ?? "")
        process.arguments = ["-c", Self.program, "\(bitCount)"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // One that hangs, as programs do that talk to themselves over ports, must not keep all other tests from ending.
        let identifier = process.processIdentifier
        DispatchQueue.global().asyncAfter(deadline: .now() + 300) { [weak process] in
            if process?.isRunning == true { kill(identifier, SIGKILL) }
        }
        modulus = try Self.read(Key.self, output).n
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }

    /// What its parties open together.
    func open(_ ciphertexts: [BigInteger]) throws -> [BigInteger] {
        try ask(Request(open: ciphertexts)).opened
    }

    /// Encrypts under another's key.
    func encrypt(_ plaintexts: [BigInteger], under modulus: BigInteger) throws -> [BigInteger] {
        try ask(Request(encrypt: plaintexts, under: modulus)).encrypted
    }

    private func ask(_ request: Request) throws -> Reply {
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request) + Data("\n".utf8))
        return try Self.read(Reply.self, output)
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ pipe: Pipe) throws -> Value {
        var line = Data()
        while !line.contains(0x0A) {
            let more = pipe.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Failure(answer: String(decoding: line, as: UTF8.self)) }
            line += more
        }
        return try JSONDecoder().decode(type, from: line)
    }

    private static let program = #"""
        import asyncio, json, socket, sys
        from tno.mpc.communication import Pool
        from tno.mpc.encryption_schemes.paillier import PaillierCiphertext
        from tno.mpc.encryption_schemes.paillier.paillier import Paillier, PaillierPublicKey
        from tno.mpc.protocols.distributed_keygen import DistributedPaillier

        def pools(count):
            taken = [socket.socket() for _ in range(count)]
            for one in taken: one.bind(("127.0.0.1", 0))
            ports = [one.getsockname()[1] for one in taken]
            for one in taken: one.close()
            made = []
            for own in range(count):
                pool = Pool()
                pool.add_http_server(port=ports[own])
                for other in range(count):
                    if other != own: pool.add_http_client(f"party{other}", "127.0.0.1", port=ports[other])
                made.append(pool)
            return made

        async def main():
            made = pools(3)
            parties = await asyncio.gather(*[
                DistributedPaillier.from_security_parameter(pool, 1, int(sys.argv[1]), 200, 40, 40, distributed=False)
                for pool in made])
            print(json.dumps({"n": str(parties[0].public_key.n)}), flush=True)
            while line := await asyncio.to_thread(sys.stdin.readline):
                ask, opened = json.loads(line), []
                for text in ask["open"]:
                    parts = await asyncio.gather(*[
                        party._decrypt_raw(PaillierCiphertext(int(text), party)) for party in parties])
                    opened.append(str(parts[0].value % parties[0].public_key.n))
                n = int(ask["under"])
                scheme = Paillier(PaillierPublicKey(n, n + 1), None, precision=0) if n else None
                encrypted = [str(scheme.encrypt(int(text)).get_value()) for text in ask["encrypt"]]
                print(json.dumps({"opened": opened, "encrypted": encrypted}), flush=True)
            for pool in made: await pool.shutdown()

        asyncio.run(main())
        """#
}
