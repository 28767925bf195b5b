// TLS with a certificate made on the spot.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <semaphore>
#include <thread>

#include "api/http/server.h"
#include "api/http/socket_client.h"

namespace mooring::api {
namespace {

struct Files {
  std::string certificate, key;
};

Files MakeCertificate(const std::string& directory) {
  std::filesystem::create_directories(directory);
  const Files files{directory + "/certificate.pem", directory + "/key.pem"};
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  EXPECT_GT(X509_sign(certificate, key, EVP_sha256()), 0);
  std::FILE* file = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

// One request over TLS of at most `version`; "" when the handshake fails.
std::string Ask(std::uint16_t port, const std::string& bytes, int version) {
  SocketClient socket(port);
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_max_proto_version(context, version);
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, socket.fd());
  std::string answer;
  if (SSL_connect(ssl) == 1) {
    SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
    char chunk[4096];
    for (int got; (got = SSL_read(ssl, chunk, sizeof chunk)) > 0;) {
      answer.append(chunk, static_cast<std::size_t>(got));
    }
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  return answer;
}

TEST(HttpServerTls, SpeaksTls12AndNewerOnly) {
  const std::string directory = ::testing::TempDir() + "tls_" + std::to_string(::getpid());
  const Files files = MakeCertificate(directory);
  HttpServer::Options options;
  options.tls_certificate_file = files.certificate;
  options.tls_key_file = files.key;
  const auto server = HttpServer::Start(
      options, [](const Request& request, const std::shared_ptr<Responder>& responder) {
        responder->Answer({.body = "[" + std::string(request.body) + "]"});
      });
  ASSERT_TRUE(server.ok()) << server.error().ToString();
  const std::uint16_t port = (*server)->port();
  const std::string body(200'000, 'b');
  const std::string post =
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n" + body +
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx";
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string answer = Ask(port, post, version);
    EXPECT_NE(answer.find("[" + body + "]"), std::string::npos) << answer.size();
    EXPECT_TRUE(answer.ends_with("[x]"));
  }
  EXPECT_EQ(Ask(port, post, TLS1_1_VERSION), "");
  SocketClient plain(port);
  plain.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(plain.ReadAll().find("HTTP/1.1 200"), std::string::npos);

  options.tls_key_file = files.certificate;
  EXPECT_EQ(HttpServer::Start(options, [](const Request&, const std::shared_ptr<Responder>&) {})
                .error()
                .code(),
            Code::kInvalidArgument);
  std::filesystem::remove_all(directory);
}

// A text all at once, or a body read on a thread of its own.
struct Text final : BodySource {
  explicit Text(std::string all) : text(std::move(all)) {}
  std::optional<Result<Piece>> Next(std::function<void()>) override {
    return Piece{std::exchange(text, {}), true};
  }
  std::string text;
};

TEST(HttpServerTls, StreamsBothWays) {
  const std::string directory = ::testing::TempDir() + "tls_streams_" + std::to_string(::getpid());
  const Files files = MakeCertificate(directory);
  HttpServer::Options options;
  options.tls_certificate_file = files.certificate;
  options.tls_key_file = files.key;
  options.streams = [](Method method, std::string_view) { return method == Method::kPut; };
  std::jthread reader;
  const auto echo = [&reader](const Request& request, const std::shared_ptr<Responder>& responder) {
    reader = std::jthread([stream = request.stream, responder] {
      std::binary_semaphore here(0);
      std::string all;
      for (bool last = false; !last;) {
        const auto next = stream->Next([&here] { here.release(); });
        if (!next) {
          here.acquire();
          continue;
        }
        ASSERT_TRUE(next->ok());
        all += (*next)->bytes;
        last = (*next)->last;
      }
      Response response;
      response.stream_bytes = all.size();
      response.stream = std::make_shared<Text>(std::move(all));
      responder->Answer(std::move(response));
    });
  };
  const auto server = HttpServer::Start(options, echo).value();
  std::string body(3'000'000, ' ');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i * i % 23);
  const std::string answer =
      Ask(server->port(),
          "PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body,
          TLS1_3_VERSION);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body)) << answer.substr(0, 500);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace mooring::api
