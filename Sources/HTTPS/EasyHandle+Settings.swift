internal import CCurl

/// What holds for every request, whatever the environment says.
extension EasyHandle {
    func configure(_ request: Request, _ options: ClientOptions) throws(HTTPSError) {
        try set(CURLOPT_URL, request.url)
        try staySilentAndAlone()
        try stayOnOrigin(request.origin)
        try proveHost(request.origin, options)
        try setBounds(request)
    }

    private func staySilentAndAlone() throws(HTTPSError) {
        try set(CURLOPT_VERBOSE, 0)
        try set(CURLOPT_NOPROGRESS, 1)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "*")
        try set(CURLOPT_NETRC, 0)
        try clear(CURLOPT_COOKIEFILE)
        try clear(CURLOPT_ACCEPT_ENCODING)
        try set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    }

    private func stayOnOrigin(_ origin: Origin) throws(HTTPSError) {
        try set(CURLOPT_PROTOCOLS_STR, origin.scheme)
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_HTTP09_ALLOWED, 0)
    }

    private func proveHost(_ origin: Origin, _ options: ClientOptions) throws(HTTPSError) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_CAINFO, options.certificateAuthorityFile)
        // Debian builds libcurl with a default folder of authorities: only the file counts.
        try clear(CURLOPT_CAPATH)
        let newest = options.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        try set(CURLOPT_HTTP_VERSION, Int(newest))
        // Wait for the first handshake to say whether HTTP/2 lets all share its connection. Without TLS nothing
        // would say so before the first answer.
        try set(CURLOPT_PIPEWAIT, options.allowsHTTP2 && origin.reach == .publicHost ? 1 : 0)
    }

    private func setBounds(_ request: Request) throws(HTTPSError) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, Timeouts.milliseconds(request.timeouts.connect))
        try set(CURLOPT_TIMEOUT_MS, Timeouts.milliseconds(request.timeouts.total))
        // A resolver thread that hangs must not hold up the loop when its request has timed out.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_MAXLIFETIME_CONN, 600)
        try set(CURLOPT_FRESH_CONNECT, request.usesFreshConnection ? 1 : 0)
        // libcurl's own default of 64 KiB is meant for uploads.
        try set(CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
    }
}
