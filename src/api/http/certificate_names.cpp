#include "api/http/certificate_names.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/limits.h"

namespace mooring::api {

std::vector<std::string> CertificateNames(SSL* connection) {
  if (SSL_get_verify_result(connection) != X509_V_OK) return {};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(connection), X509_free);
  return certificate == nullptr ? std::vector<std::string>() : NamesIn(certificate.get());
}

std::vector<std::string> NamesIn(X509* certificate) {
  constexpr std::size_t kMost = 16;
  std::vector<std::string> names;
  auto* const all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all) && names.size() < kMost; ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all, i);
    if (name->type != GEN_DNS && name->type != GEN_URI && name->type != GEN_EMAIL) continue;
    const ASN1_STRING* const text = name->d.ia5;
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
    std::string found(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), size);
    // A NUL inside is an old trick to be taken for the part before it.
    const bool whole = found.find('\0') == std::string::npos;
    if (whole && size != 0 && size <= limits::kNameBytes) names.push_back(std::move(found));
  }
  GENERAL_NAMES_free(all);
  return names;
}

}  // namespace mooring::api
