import Foundation
import TestSupport
import Testing

@Suite struct ArchitectureTests {
    /// Which module may touch which C library, and mark a line `unsafe`.
    private static let doors = [
        "CPostgres": "Postgres", "COpenSSL": "Secrets", "CCurl": "HTTPS", "CLinux": "System",
        "CScan": "Scanner", "CZlib": "LogSources", "CZstd": "LogSources",
    ]

    private static let floors: [[String]] = [
        ["Secrets", "System"],
        ["Reports", "Postgres", "HTTPS", "Fingerprints"],
        ["Batch", "Vault", "Providers"],
        ["Rotation", "KeySettings", "Scanner"],
        ["LogSources"],
        jobs,
    ]
    private static let jobs = ["revalidate", "rotate-master", "savings-report", "audit-scan", "byok"]

    @Test func `each C library is imported by exactly one module`() {
        for file in SourceFile.all {
            for library in file.imports where Self.doors.keys.contains(library) {
                #expect(Self.doors[library] == file.module, "\(file.path) imports \(library)")
            }
        }
        #expect(Set(SourceFile.all.flatMap(\.imports)).isSuperset(of: Self.doors.keys))
    }

    @Test func `unsafe stands only in the modules that wrap C, and of the scanner only in its kernel`() {
        for file in SourceFile.all where !Self.mayBeUnsafe(file) {
            for (number, line) in file.code where line.contains(/\bunsafe\b/) {
                Issue.record("\(file.path):\(number) is unsafe outside of \(Self.doors.values.sorted())")
            }
        }
    }

    private static func mayBeUnsafe(_ file: SourceFile) -> Bool {
        file.module == "Scanner" ? file.path.hasPrefix("Scanner/Kernel/") : doors.values.contains(file.module)
    }

    @Test func `imports run down only`() {
        let floor = Dictionary(
            uniqueKeysWithValues: Self.floors.enumerated().flatMap { level, modules in modules.map { ($0, level) } })
        for file in SourceFile.all {
            guard let own = floor[file.module] else {
                Issue.record("\(file.module) stands on no floor")
                continue
            }
            for imported in file.imports {
                guard let other = floor[imported] else { continue }
                #expect(other < own, "\(file.path) imports \(imported)")
            }
        }
    }

    @Test func `sources do without the whole of Foundation`() {
        for file in SourceFile.all { #expect(!file.imports.contains("Foundation"), "\(file.path)") }
    }

    @Test func `no source traps on outside data`() {
        for file in SourceFile.all {
            for (number, line) in file.code where line.contains(/\btry!|\bas!|\bfatalError\(/) {
                Issue.record("\(file.path):\(number)")
            }
        }
    }

    @Test func `what the compiler is asked to believe has its reason in the line above`() {
        for file in SourceFile.all {
            for (number, line) in file.code where line.contains(/@unchecked Sendable|nonisolated\(unsafe\)/) {
                let above = number >= 2 ? file.lines[number - 2].trimmingCharacters(in: .whitespaces) : ""
                #expect(above.hasPrefix("//"), "\(file.path):\(number)")
            }
        }
    }

    @Test func `files and functions stay short`() {
        for file in SourceFile.all {
            #expect(file.lines.count <= 301, "\(file.path) has \(file.lines.count) lines")
            for function in file.functions where function.length > 40 {
                Issue.record("\(file.path):\(function.line) \(function.name) has \(function.length) lines")
            }
        }
    }

    @Test func `statements live in sql files`() {
        let statement = #/(?i)"\s*(select|insert into|update|delete from|copy) /#
        for file in SourceFile.all {
            for (number, line) in file.code where line.contains(statement) {
                Issue.record("\(file.path):\(number) holds SQL")
            }
        }
    }

    @Test func `names say what a thing is`() {
        let vague = /(Core|Common|Utils|Util|Helper|Helpers|Manager)\.swift$/
        for file in SourceFile.all { #expect(!file.path.contains(vague), "\(file.path)") }
    }
}
