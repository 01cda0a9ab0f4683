#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

/// An OSSL_PARAM array is built by functions that return structs holding pointers
/// to their arguments; in C those arguments provably outlive the call.
static inline int copenssl_hkdf_sha256(
    EVP_KDF_CTX *context,
    const unsigned char *key, size_t key_length,
    const unsigned char *info, size_t info_length,
    unsigned char *out, size_t out_length)
{
    OSSL_PARAM parameters[4];
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0);
    parameters[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length);
    parameters[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length);
    parameters[3] = OSSL_PARAM_construct_end();
    return EVP_KDF_derive(context, out, out_length, parameters);
}

/// The callback PEM calls for a passphrase: without it OpenSSL would ask on the terminal.
static inline int copenssl_no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer; (void)size; (void)writing; (void)context;
    return -1;
}

static inline EVP_PKEY *copenssl_read_private_key(BIO *pem)
{
    return PEM_read_bio_PrivateKey(pem, NULL, copenssl_no_passphrase, NULL);
}

static inline EVP_PKEY *copenssl_read_public_key(BIO *pem)
{
    return PEM_read_bio_PUBKEY(pem, NULL, copenssl_no_passphrase, NULL);
}

/// BIO_get_mem_data is a macro with a cast.
static inline long copenssl_memory_of(BIO *bio, char **start)
{
    return BIO_get_mem_data(bio, start);
}
