internal import System

extension Report {
    /// With control, bidirectional and invisible characters made visible everywhere, cells apart
    /// (they see to it themselves).
    var harmless: Report {
        var copy = self
        for path: WritableKeyPath<Report, String> in [\.id, \.job, \.title, \.tool, \.toolVersion, \.outcome] {
            copy[keyPath: path] = Terminal.escape(copy[keyPath: path])
        }
        copy.facts = facts.map(\.harmless)
        copy.checks = checks.map {
            Check(Terminal.escape($0.name), $0.status, detail: Terminal.escape($0.detail))
        }
        copy.sections = sections.map(\.harmless)
        copy.provenance = provenance.map {
            Provenance(
                source: Terminal.escape($0.source), queryDigest: Terminal.escape($0.queryDigest),
                rowCount: $0.rowCount)
        }
        copy.tieOuts = tieOuts.map {
            TieOut(Terminal.escape($0.name), left: $0.left.harmless, right: $0.right.harmless)
        }
        return copy
    }
}

extension Fact {
    var harmless: Fact { Fact(Terminal.escape(name), value) }
}

extension Section {
    var harmless: Section {
        Section(
            Terminal.escape(title), notes: notes.map { Terminal.escape($0) },
            tables: tables.map(\.harmless), charts: charts.map(\.harmless))
    }
}

extension Table {
    var harmless: Table {
        let columns = columns.map { Column(Terminal.escape($0.name), Terminal.escape($0.title), $0.kind) }
        return Table(Terminal.escape(caption), columns: columns, rows: rows, totals: totals)
    }
}

extension BarChart {
    var harmless: BarChart {
        BarChart(
            Terminal.escape(title), unit: Terminal.escape(unit),
            bars: bars.map { Bar(Terminal.escape($0.label), $0.count, exact: $0.exact.map { Terminal.escape($0) }) })
    }
}
