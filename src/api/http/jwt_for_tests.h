// JwtSigningKey: a private key of an OpenID provider, as tests play one: its entry of the key set,
// and tokens signed with it. For tests
// alone, which include <openssl/{bn,core_names,ec,evp,rsa}.h> before it. Thread safety: const.
#pragma once

#include <memory>
#include <string>

#include "api/http/base64url.h"

namespace mooring::api {

struct JwtSigningKey {
  JwtSigningKey(EVP_PKEY* made, std::string kid) : key(made, EVP_PKEY_free), id(std::move(kid)) {}
  std::shared_ptr<EVP_PKEY> key;
  std::string id;

  std::string Sign(const std::string& text) const {
    const bool ed = EVP_PKEY_is_a(key.get(), "ED25519") == 1;
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, ed ? nullptr : EVP_sha256(), nullptr, key.get());
    std::size_t size = 1024;
    std::string bytes(size, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(bytes.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    bytes.resize(size);
    return EVP_PKEY_is_a(key.get(), "EC") == 1 ? Plain(bytes) : bytes;
  }
  // r and s from DER.
  static std::string Plain(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* const signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string both(64, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(both.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
    ECDSA_SIG_free(signature);
    return both;
  }
  std::string Number(const char* name) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key.get(), name, &number);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return EncodeBase64Url(bytes);
  }
  std::string Json() const {
    if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
      return R"({"kty":"RSA","use":"sig","kid":")" + id + R"(","n":")" + Number("n") +
             R"(","e":")" + Number("e") + "\"}";
    }
    if (EVP_PKEY_is_a(key.get(), "EC") == 1) {
      return R"({"kty":"EC","crv":"P-256","kid":")" + id + R"(","x":")" + Number("qx") +
             R"(","y":")" + Number("qy") + "\"}";
    }
    std::string x(32, '\0');
    std::size_t size = 32;
    EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
    return R"({"kty":"OKP","crv":"Ed25519","kid":")" + id + R"(","x":")" + EncodeBase64Url(x) +
           "\"}";
  }
  std::string Token(const std::string& header, const std::string& claims) const {
    const std::string text = EncodeBase64Url(header) + "." + EncodeBase64Url(claims);
    return text + "." + EncodeBase64Url(Sign(text));
  }
};

}  // namespace mooring::api
