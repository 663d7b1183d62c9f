import Foundation

/// python-paillier itself, run by the interpreter that `CHANCERY_PEERS_PYTHON` names (a virtual environment with
/// `phe==1.5.0` and `gmpy2`).
struct PythonPeer {
    static let variable = "CHANCERY_PEERS_PYTHON"
    static var interpreter: String? { ProcessInfo.processInfo.environment[variable] }

    struct Failure: Error {
        let output: String
    }

    struct Request: Encodable {
        var task: String
        /// A private key in pheutil's JSON; one is generated where it is missing.
        var key: String?
        /// Encrypted numbers in pheutil's JSON, to decrypt and compute with.
        var numbers: [String] = []
        /// Python literals to encrypt.
        var values: [String] = []
    }

    struct Reply: Decodable {
        let privateKey: String
        let publicKey: String
        /// Encrypted values, and results of computations, in pheutil's JSON.
        let numbers: [String]
        /// Decryptions as Python's `repr`.
        let values: [String]
    }

    static func ask(_ request: Request) throws -> Reply {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: interpreter ?? "")
        process.arguments = ["-c", program]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request))
        try input.fileHandleForWriting.close()
        let reply = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: String(decoding: reply, as: UTF8.self)) }
        return try JSONDecoder().decode(Reply.self, from: reply)
    }

    /// Reads and writes keys with phe's own functions. `phe.command_line` needs the package click for its command line;
    /// without it the same lines are here.
    private static let program = #"""
        import ast, json, sys
        import phe
        try:
            from phe.command_line import load_public_key
        except ImportError:
            def load_public_key(data):
                assert data["alg"] == "PAI-GN1" and data["kty"] == "DAJ"
                return phe.PaillierPublicKey(phe.util.base64_to_int(data["n"]))

        def write(number):
            return json.dumps({"v": str(number.ciphertext()), "e": number.exponent})

        request = json.load(sys.stdin)
        if request.get("key"):
            document = json.loads(request["key"])
            public = load_public_key(document["pub"])
            private = phe.PaillierPrivateKey(
                public, phe.util.base64_to_int(document["p"]), phe.util.base64_to_int(document["q"]))
        else:
            public, private = phe.generate_paillier_keypair(n_length=2048)
        pub = {"kty": "DAJ", "alg": "PAI-GN1", "key_ops": ["encrypt"], "n": phe.util.int_to_base64(public.n),
               "kid": "test"}
        priv = {"kty": "DAJ", "key_ops": ["decrypt"], "p": phe.util.int_to_base64(private.p),
                "q": phe.util.int_to_base64(private.q), "pub": pub, "kid": "test"}

        def read(text):
            data = json.loads(text)
            return phe.EncryptedNumber(public, int(data["v"]), exponent=data["e"])

        numbers = [read(text) for text in request["numbers"]]
        values = [repr(private.decrypt(number)) for number in numbers]
        results = [public.encrypt(ast.literal_eval(text)) for text in request["values"]]
        if request["task"] == "compute":
            results = [numbers[0] + numbers[1], numbers[0] * 3, numbers[1] * -0.25, numbers[0] - 10,
                       numbers[1].decrease_exponent_to(-32)]
        json.dump({"privateKey": json.dumps(priv), "publicKey": json.dumps(pub),
                   "numbers": [write(number) for number in results], "values": values}, sys.stdout)
        """#
}
