import LogSources
import System

/// JUnit XML: a test case a source, failed by a leak, in error where it was not read.
enum JUnit {
    static func write(_ summary: ScanSummary) -> String {
        let errors = summary.coverage.count { !$0.problems.isEmpty } + summary.failures.count
        let failed = summary.coverage.count { $0.findings > 0 }
        let leaks = Dictionary(grouping: summary.leaks, by: \.source)
        var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        text += #"<testsuite name="audit-scan" tests="\#(summary.coverage.count + summary.failures.count)" "#
        text += #"failures="\#(failed)" errors="\#(errors)">"# + "\n"
        for source in summary.coverage {
            text += #"  <testcase classname="audit-scan" name="\#(escaped(source.source))">"# + "\n"
            let listed = leaks[source.source] ?? []
            for leak in listed { text += failure(leak) }
            if listed.count < source.findings { text += further(source.findings - listed.count) }
            for problem in source.problems { text += error(problem.rawValue) }
            text += "  </testcase>\n"
        }
        for (source, _) in summary.failures {
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
        Terminal.escape(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
