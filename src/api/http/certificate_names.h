// CertificateNames: whom a caller's certificate names: its subject alternative names of the kinds
// DNS, URI and e-mail, in the order of the certificate. The common name is nobody's name any more
// (RFC 6125). Part of the server's machinery.
//
// Thread safety: pure. Empty without a certificate that a trusted authority signed.
#pragma once

#include <string>
#include <vector>

typedef struct ssl_st SSL;
typedef struct x509_st X509;

namespace mooring::api {

// Of a finished handshake.
std::vector<std::string> CertificateNames(SSL* connection);
// Whoever signed it.
std::vector<std::string> NamesIn(X509* certificate);

}  // namespace mooring::api
