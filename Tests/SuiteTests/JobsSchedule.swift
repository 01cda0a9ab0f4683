/// The five fields in which cron and Kubernetes write when a job runs.
enum JobsSchedule {
    private static let bounds: [ClosedRange<Int>] = [0...59, 0...23, 1...31, 1...12, 0...7]

    static func isValid(_ text: String) -> Bool {
        let fields = text.split(separator: " ", omittingEmptySubsequences: false)
        return fields.count == bounds.count && zip(fields, bounds).allSatisfy(isField)
    }

    private static func isField(_ field: Substring, _ bounds: ClosedRange<Int>) -> Bool {
        field.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { item in
            let parts = item.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return false }
            if parts.count == 2, Int(parts[1]).map({ $0 > 0 && $0 <= bounds.upperBound }) != true { return false }
            if parts[0] == "*" { return true }
            let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            return ends.count <= 2 && ends.allSatisfy(bounds.contains) && ends == ends.sorted()
        }
    }
}
