import LogSources
import System

/// JUnit XML: a test case a source, failed by a leak, in error where it was not read.
enum JUnit {
    static func write(_ summary: ScanSummary) -> String {
        let missing = summary.missing
        let failed = summary.coverage.count { $0.findings > 0 }
        let leaks = Dictionary(grouping: summary.leaks, by: \.source)
        var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        text += #"<testsuite name="audit-scan" tests="\#(summary.coverage.count + missing.count)" "#
        text += #"failures="\#(failed)" errors="\#(summary.unreadCount)">"# + "\n"
        for source in summary.coverage {
            text += #"  <testcase classname="audit-scan" name="\#(escaped(source.source))">"# + "\n"
            let listed = leaks[source.source] ?? []
            for leak in listed { text += failure(leak) }
            if listed.count < source.findings { text += further(source.findings - listed.count) }
            for fault in source.faults { text += error(fault) }
            text += "  </testcase>\n"
        }
        for (source, _) in missing {
            text += #"  <testcase classname="audit-scan" name="\#(escaped(source))">"# + "\n"
            text += error("the database did not give it") + "  </testcase>\n"
        }
        return text + "</testsuite>\n"
    }

    private static func failure(_ leak: Leak) -> String {
        let what = leak.kind == .storedKey ? "a part of a stored key" : "the form of a key: \(leak.form ?? "")"
        return #"    <failure type="\#(leak.kind.rawValue)" message="line \#(leak.line): \#(what), \#(leak.encoding)">"#
            + escaped(leak.excerpt) + "</failure>\n"
    }

    private static func further(_ count: Int) -> String {
        #"    <failure type="not_listed" message="\#(count) more leaks, which are not listed"/>"# + "\n"
    }

    private static func error(_ problem: String) -> String {
        #"    <error type="not_read" message="\#(escaped(problem))"/>"# + "\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Terminal.escape(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
