public import Batch
public import Providers

extension Provider: Loggable {}
extension Verdict: Loggable {}
