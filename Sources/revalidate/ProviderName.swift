public import Batch
public import Providers

/// One of six names: it may be shown to anyone.
extension Provider: Loggable {}
