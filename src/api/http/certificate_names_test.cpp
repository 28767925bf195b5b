// Certificates of callers, made on the spot.
#include "api/http/certificate_names.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "api/http/server.h"
#include "api/http/socket_client.h"

namespace mooring::api {
namespace {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

// Signed by itself: whoever trusts it trusts nobody else.
Identity MakeIdentity(const std::string& names, long valid_seconds = 3600) {
  Identity made{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("common-name"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  if (!names.empty()) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  EXPECT_GT(X509_sign(certificate, made.key.get(), EVP_sha256()), 0);
  return made;
}

void Save(const Identity& identity, const std::string& certificate, const std::string& key) {
  std::FILE* file = std::fopen(certificate.c_str(), "w");
  PEM_write_X509(file, identity.certificate.get());
  std::fclose(file);
  file = std::fopen(key.c_str(), "w");
  PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

TEST(CertificateNames, AreTheSubjectAlternativeOnes) {
  using Names = std::vector<std::string>;
  const auto names = [](const std::string& text) {
    return NamesIn(MakeIdentity(text).certificate.get());
  };
  EXPECT_EQ(names("DNS:a.example,URI:spiffe://prod/b,email:c@example.com,IP:127.0.0.1"),
            (Names{"a.example", "spiffe://prod/b", "c@example.com"}));
  EXPECT_EQ(names(""), Names()) << "the common name counts for nothing";
  EXPECT_EQ(names("DNS:" + std::string(129, 'a')), Names());
}

class ClientCertificates : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "client_ca_" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
    Save(MakeIdentity("DNS:localhost"), path("server.pem"), path("server.key"));
    Save(known_, path("ca.pem"), path("known.key"));
    HttpServer::Options options;
    options.tls_certificate_file = path("server.pem");
    options.tls_key_file = path("server.key");
    options.client_ca_file = path("ca.pem");
    auto server = HttpServer::Start(
        options, [](const Request& request, const std::shared_ptr<Responder>& responder) {
          std::string all;
          for (const std::string& name : request.certificate_names) all += name + ";";
          responder->Answer({.body = "[" + all + "]"});
        });
    ASSERT_TRUE(server.ok()) << server.error().ToString();
    server_ = std::move(*server);
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  // The body that the server gives to who shows this; "" when it lets nobody in.
  std::string Ask(const Identity* identity, SSL_SESSION** session = nullptr) {
    SocketClient socket(server_->port());
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    if (identity != nullptr) {
      SSL_CTX_use_certificate(context, identity->certificate.get());
      SSL_CTX_use_PrivateKey(context, identity->key.get());
    }
    SSL* const ssl = SSL_new(context);
    SSL_set_fd(ssl, socket.fd());
    if (session != nullptr && *session != nullptr) SSL_set_session(ssl, *session);
    std::string answer;
    if (SSL_connect(ssl) == 1) {
      const std::string bytes = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
      char chunk[4096];
      for (int got; (got = SSL_read(ssl, chunk, sizeof chunk)) > 0;) {
        answer.append(chunk, static_cast<std::size_t>(got));
      }
      if (session != nullptr && *session == nullptr) *session = SSL_get1_session(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(context);
    const std::size_t body = answer.find("\r\n\r\n");
    return body == std::string::npos ? "" : answer.substr(body + 4);
  }

  std::string directory_;
  const Identity known_ = MakeIdentity("DNS:svc.example,URI:spiffe://prod/svc");
  std::unique_ptr<HttpServer> server_;
};

TEST_F(ClientCertificates, NameTheCallerWhenTheirAuthorityIsTrusted) {
  EXPECT_EQ(Ask(&known_), "[svc.example;spiffe://prod/svc;]");
  EXPECT_EQ(Ask(nullptr), "[]") << "none need be shown";
  const Identity stranger = MakeIdentity("DNS:svc.example");
  EXPECT_EQ(Ask(&stranger), "") << "the same name, signed by nobody we know";
}

TEST_F(ClientCertificates, AResumedSessionHasTheSameCaller) {
  SSL_SESSION* session = nullptr;
  EXPECT_EQ(Ask(&known_, &session), "[svc.example;spiffe://prod/svc;]");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(Ask(&known_, &session), "[svc.example;spiffe://prod/svc;]");
  SSL_SESSION_free(session);
}

TEST_F(ClientCertificates, NeedTlsAndAFileThatCanBeRead) {
  const auto ignore = [](const Request&, const std::shared_ptr<Responder>&) {};
  HttpServer::Options options;
  options.client_ca_file = path("ca.pem");
  EXPECT_FALSE(HttpServer::Start(options, ignore).ok());
  options.tls_certificate_file = path("server.pem");
  options.tls_key_file = path("server.key");
  options.client_ca_file = path("absent.pem");
  EXPECT_FALSE(HttpServer::Start(options, ignore).ok());
}

}  // namespace
}  // namespace mooring::api
