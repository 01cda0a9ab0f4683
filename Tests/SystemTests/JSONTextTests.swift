import Foundation
import System
import Testing

struct JSONTextTests {
    private static let value = JSONText.Value.object([
        ("b", .array([.null, .bool(true), .integer(-1), .number(0.5), .number(.nan)])),
        ("a", .string("x\"\\\n\u{1b}\u{202e}é")),
        ("empty", .array([])), ("none", .object([])),
    ])

    @Test func `a line has no blanks, and the order that fields were given in`() {
        #expect(
            JSONText.write(Self.value)
                == #"{"b":[null,true,-1,0.5,null],"a":"x\"\\\n\u001b\u202eé","empty":[],"none":{}}"#)
    }

    @Test func `indented it says the same`() throws {
        let text = String(decoding: JSONText.bytes(of: Self.value, .indented), as: UTF8.self)
        #expect(text.hasPrefix("{\n  \"b\" : [\n    null,\n    true,"))
        let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
        let line = try JSONSerialization.jsonObject(with: Data(JSONText.write(Self.value).utf8)) as? NSDictionary
        #expect(read == line && read?.count == 4)
    }
}
