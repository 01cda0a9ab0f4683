internal import CCurl
internal import Glibc

/// libcurl calls back on the loop's thread while the loop holds the transfer.
extension Transfer {
    var context: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

    static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    func connectCallbacks() throws(HTTPSError) {
        for option in [CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_OPENSOCKETDATA] {
            try unsafe easy.set(option, pointer: context)
        }
        try easy.check(unsafe ccurl_set_bytes_function(easy.pointer, CURLOPT_WRITEFUNCTION, receiveBodyBytes))
        try easy.check(unsafe ccurl_set_bytes_function(easy.pointer, CURLOPT_HEADERFUNCTION, receiveHeaderLine))
        try easy.check(unsafe ccurl_set_open_socket_function(easy.pointer, openSocket))
    }
}

/// Anything but the offered count stops the transfer; 0 never is that count.
private func receiveBodyBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size &* count)
    return unsafe Transfer.from(context)?.receiveBody(buffer) == true ? buffer.count : 0
}

private func receiveHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: size &* count)
    return unsafe Transfer.from(context)?.receiveHeader(buffer) == true ? buffer.count : 0
}

private let noSocket: curl_socket_t = -1

private func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let transfer = unsafe Transfer.from(context), let address = unsafe address else { return noSocket }
    var bytes = [UInt8](repeating: 0, count: 16)
    let byteCount = unsafe Int(ccurl_read_address(address, &bytes))
    guard transfer.allows(NetworkAddress(bytes: Array(bytes.prefix(byteCount)))) else { return noSocket }
    let kind = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = unsafe socket(address.pointee.family, kind, address.pointee.protocol)
    if descriptor < 0 { transfer.lacksSocket() }
    return descriptor
}
