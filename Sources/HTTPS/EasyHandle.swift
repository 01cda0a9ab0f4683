internal import CCurl

/// One libcurl easy handle, with every setting checked.
@safe struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    init() throws(HTTPSError) {
        guard CurlLibrary.isStarted, let pointer = unsafe curl_easy_init() else { throw .local }
        unsafe self.pointer = unsafe pointer
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPSError) {
        try check(unsafe ccurl_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: String) throws(HTTPSError) {
        try check(unsafe ccurl_set_string(pointer, option, value))
    }

    func clear(_ option: CURLoption) throws(HTTPSError) {
        try check(unsafe ccurl_set_string(pointer, option, nil))
    }

    @unsafe func set(_ option: CURLoption, pointer value: UnsafeMutableRawPointer) throws(HTTPSError) {
        try check(unsafe ccurl_set_pointer(pointer, option, value))
    }

    @unsafe func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) throws(HTTPSError) {
        try check(unsafe ccurl_set_list(pointer, option, list))
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return unsafe ccurl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    func largeNumber(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return unsafe ccurl_get_offset(pointer, info, &value) == CURLE_OK ? Int64(value) : 0
    }

    func check(_ code: CURLcode) throws(HTTPSError) {
        guard code == CURLE_OK else { throw HTTPSError(code) }
    }

    deinit { unsafe curl_easy_cleanup(pointer) }
}
