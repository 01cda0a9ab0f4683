/// Where the bars of a chart lie, in the units of a 640 wide picture, all whole numbers.
enum BarChartView {
    private static let rowHeight = 28, labelWidth = 170, barWidth = 370

    static func of(_ chart: BarChart, id: String) -> [String: Any] {
        let largest = max(1, chart.bars.map(\.count).max() ?? 1)
        let bars = chart.bars.enumerated().map { of($1, row: $0, largest: largest) }
        let description = chart.bars.map { $0.label + ": " + number($0) }.joined(separator: "; ")
        return [
            "id": id, "title": chart.title, "unit": chart.unit, "bars": bars, "description": description,
            "height": String(chart.bars.count &* rowHeight &+ 8),
        ]
    }

    private static func of(_ bar: BarChart.Bar, row: Int, largest: Int) -> [String: Any] {
        let top = row &* rowHeight &+ 4
        let exact = Double(max(0, bar.count)) / Double(largest) * Double(barWidth)
        let length = bar.count > 0 ? max(2, Int(exact)) : 0
        return [
            "label": bar.label, "shortLabel": shortened(bar.label), "count": number(bar),
            "top": String(top), "base": String(top &+ 15), "labelEnd": String(labelWidth &- 10),
            "start": String(labelWidth), "length": String(length), "numberStart": String(labelWidth &+ length &+ 8),
        ]
    }

    private static func number(_ bar: BarChart.Bar) -> String { bar.exact ?? Wording.grouped(bar.count) }

    private static func shortened(_ label: String) -> String {
        label.count <= 22 ? label : String(label.prefix(21)) + "…"
    }
}
