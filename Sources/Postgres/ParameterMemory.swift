internal import CPostgres

/// Lends encoded parameters to libpq for the time of one send.
enum ParameterMemory {
    /// False when libpq did not take the statement.
    @unsafe static func send(
        _ statement: Statement, _ parameters: [EncodedParameter], on connection: OpaquePointer
    ) -> Bool {
        // One block holds all values; their addresses are taken once it no longer grows.
        var block: [UInt8] = []
        block.reserveCapacity(parameters.reduce(0) { $0 &+ ($1.bytes?.count ?? 0) })
        var starts: [Int?] = []
        for parameter in parameters {
            starts.append(parameter.bytes == nil ? nil : block.count)
            if let bytes = parameter.bytes { block.append(contentsOf: bytes) }
        }
        // An empty value is not NULL: it needs an address too.
        block.append(0)
        let types = parameters.map(\.type)
        let lengths = parameters.map { Int32(clamping: $0.bytes?.count ?? 0) }
        let formats = parameters.map { Int32($0.isBinary ? 1 : 0) }
        let sql = (statement.sql + [0]).map { CChar(bitPattern: $0) }
        return unsafe block.withUnsafeBytes { memory in
            let base = unsafe memory.assumingMemoryBound(to: CChar.self)
            let values = unsafe starts.map { start -> UnsafePointer<CChar>? in
                guard let start else { return nil }
                return unsafe base.baseAddress.map { unsafe $0 + start }
            }
            return unsafe PQsendQueryParams(
                connection, sql, Int32(parameters.count), types, values, lengths, formats, 1) == 1
        }
    }
}
