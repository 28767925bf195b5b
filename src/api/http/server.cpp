#include "api/http/server.h"

#include <sys/socket.h>

#include "api/http/certificate_names.h"
#include "api/http/connection.h"
#include "api/http/connection_streams.h"
#include "api/http/loop.h"

namespace mooring::api {

thread_local Loop* Loop::running_ = nullptr;
thread_local bool Loop::wakes_later_ = false;

namespace {

constexpr std::chrono::milliseconds kTick{100}, kAcceptBackoff{50};

std::string DateLine(const Clock& clock) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.Now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char line[64];
  const std::size_t size =
      std::strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
  return std::string(line, size);
}

bool OutOfResources(const error_code& ec) {
  return ec.value() == EMFILE || ec.value() == ENFILE || ec.value() == ENOBUFS ||
         ec.value() == ENOMEM;
}

}  // namespace

std::shared_ptr<Connection> MakeConnection(Loop& loop, tcp::socket socket) {
  if (!loop.server.tls) {
    return std::make_shared<SocketConnection<tcp::socket>>(loop, std::move(socket));
  }
  using TlsStream = asio::ssl::stream<tcp::socket>;
  return std::make_shared<SocketConnection<TlsStream>>(
      loop, TlsStream(std::move(socket), *loop.server.tls));
}

void Loop::Put(std::shared_ptr<Exchange> exchange) {
  const std::scoped_lock lock(mutex_);
  if (closed_) return;
  mail_.push_back(std::move(exchange));
  if (woken_ || wakes_later_) return;
  woken_ = true;
  asio::post(context, [this] { OpenMail(); });
}

void Loop::Nudge(std::shared_ptr<Exchange> exchange) {
  const std::scoped_lock lock(mutex_);
  if (closed_) return;
  nudges_.push_back(std::move(exchange));
  if (woken_) return;
  woken_ = true;
  asio::post(context, [this] { OpenMail(); });
}

void Loop::Wake() {
  const std::scoped_lock lock(mutex_);
  if (closed_ || woken_ || mail_.empty()) return;
  woken_ = true;
  asio::post(context, [this] { OpenMail(); });
}

void Loop::NoteDispatch() {
  if (batch_begun_ || !server.options.after_batch) return;
  batch_begun_ = true;
  // Behind the handlers of everything that is ready now.
  asio::post(context, [this] { EndBatch(); });
}

void Loop::EndBatch() {
  batch_begun_ = false;
  ending_batch_ = true;
  server.options.after_batch();
  ending_batch_ = false;
  OpenMail();
}

void Loop::OpenMail() {
  {
    const std::scoped_lock lock(mutex_);
    opened_.swap(mail_);
    nudged_.swap(nudges_);
    woken_ = false;
  }
  for (const auto& exchange : opened_) exchange->Deliver();
  opened_.clear();
  for (const auto& exchange : nudged_) exchange->Nudged();
  nudged_.clear();
}

void Loop::Run() {
  running_ = this;
  Accept();
  Tick();
  context.run();
  running_ = nullptr;
}

void Loop::Accept() {
  acceptor.async_accept([this](const error_code& ec, tcp::socket socket) {
    if (!acceptor.is_open()) return;
    if (!ec) {
      Welcome(std::move(socket));
    } else if (OutOfResources(ec)) {
      // No descriptor is free: asking again at once would spin.
      backoff_.expires_after(kAcceptBackoff);
      return backoff_.async_wait([this](const error_code& stop) {
        if (!stop) Accept();
      });
    }
    Accept();
  });
}

void Loop::Welcome(tcp::socket socket) {
  server.accepted.fetch_add(1, std::memory_order_relaxed);
  if (server.open.fetch_add(1) >= server.options.connections) {
    server.open.fetch_sub(1);
    server.refused.fetch_add(1, std::memory_order_relaxed);
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(
        asio::buffer(std::string_view("HTTP/1.1 503 Service Unavailable\r\n"
                                      "Connection: close\r\nContent-Length: 0\r\n\r\n")),
        ignored);
    return;
  }
  auto connection = MakeConnection(*this, std::move(socket));
  connections_.emplace(connection.get(), connection);
  connection->Start();
}

void Loop::StopAccepting() {
  error_code ec;
  acceptor.non_blocking(true, ec);
  while (!ec) {
    tcp::socket socket(context);
    acceptor.accept(socket, ec);
    if (!ec) Welcome(std::move(socket));
  }
  acceptor.close(ec);
  backoff_.cancel();
}

void Loop::DrainConnections() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->Drain();
}

void Loop::CheckGates() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->CheckGates();
}

void Loop::Remove(Connection& connection) {
  if (connections_.erase(&connection) != 0) server.open.fetch_sub(1);
}

void Loop::Tick() {
  date_ = DateLine(*server.options.clock);
  const Nanos now = Now();
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->Tick(now);
  OpenMail();  // whatever a thread forgot to wake us for
  ticker_.expires_after(kTick);
  ticker_.async_wait([this](const error_code& ec) {
    if (!ec) Tick();
  });
}

void Loop::Close() {
  error_code ignored;
  acceptor.close(ignored);
  ticker_.cancel();
  backoff_.cancel();
  for (const auto& [key, connection] : connections_) connection->Abandon();
  server.open.fetch_sub(connections_.size());
  connections_.clear();
  context.restart();
  context.poll();  // handlers of closed sockets run and let go
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  mail_.clear();
  nudges_.clear();
}

namespace {

class AsioServer final : public HttpServer {
 public:
  AsioServer(Options options, Handler handler) : state_(std::move(options), std::move(handler)) {}
  ~AsioServer() override { Drain(std::chrono::milliseconds(0)); }

  Status Open();
  std::uint16_t port() const override { return port_; }
  bool Drain(std::chrono::milliseconds deadline) override;
  std::function<void()> Waker() const override {
    return [loops = loops_] {
      Loop::PromiseToWake();
      for (const auto& loop : loops) loop->Wake();
    };
  }
  void Barrier(std::function<void()> passed) override {
    // Gone with the last loop that came to it, or that ended.
    const std::shared_ptr<void> last(nullptr, [passed = std::move(passed)](void*) { passed(); });
    for (const auto& loop : loops_) {
      asio::post(loop->context, [loop = loop.get(), last] { loop->CheckGates(); });
    }
  }
  Counts counts() const override {
    return {state_.open, state_.accepted, state_.refused, state_.requests};
  }

 private:
  Status LoadTls();
  Status AskForCertificates(asio::ssl::context& tls);
  Result<tcp::endpoint> Address() const;
  Status Listen(Loop& loop, tcp::endpoint endpoint, bool shared);

  ServerState state_;
  std::vector<std::shared_ptr<Loop>> loops_;
  std::vector<std::jthread> threads_;
  std::uint16_t port_ = 0;
};

Status AsioServer::LoadTls() {
  const Options& options = state_.options;
  if (options.tls_certificate_file.empty() && options.tls_key_file.empty()) {
    if (options.client_ca_file.empty()) return Ok();
    return Error(Code::kInvalidArgument, "callers' certificates need TLS")
        .Help("give the server a certificate and a key of its own");
  }
  if (options.tls_certificate_file.empty() || options.tls_key_file.empty()) {
    return Error(Code::kInvalidArgument,
                 "TLS needs a certificate and a key, and only one is given");
  }
  auto& tls = state_.tls.emplace(asio::ssl::context::tls_server);
  error_code ec;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv3 |
                      asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                      asio::ssl::context::no_compression,
                  ec);
  if (!ec) tls.use_certificate_chain_file(options.tls_certificate_file, ec);
  if (ec) {
    return Error(Code::kInvalidArgument, "the TLS certificate cannot be used")
        .Where(options.tls_certificate_file)
        .Why(ec.message());
  }
  tls.use_private_key_file(options.tls_key_file, asio::ssl::context::pem, ec);
  if (!ec && SSL_CTX_check_private_key(tls.native_handle()) != 1)
    ec = asio::error::invalid_argument;
  if (ec) {
    return Error(Code::kInvalidArgument, "the TLS key cannot be used, or is not the certificate's")
        .Where(options.tls_key_file)
        .Why(ec.message());
  }
  return AskForCertificates(tls);
}

// A caller need not have a certificate, but one that is shown must be good.
Status AsioServer::AskForCertificates(asio::ssl::context& tls) {
  const std::string& file = state_.options.client_ca_file;
  if (file.empty()) return Ok();
  error_code ec;
  tls.load_verify_file(file, ec);
  if (!ec) tls.set_verify_mode(asio::ssl::verify_peer, ec);
  // Tickets of sessions with certificates are taken in the context that gave them only.
  constexpr unsigned char kSession[] = "mooring";
  if (!ec && SSL_CTX_set_session_id_context(tls.native_handle(), kSession, sizeof kSession) != 1)
    ec = asio::error::invalid_argument;
  if (!ec) return Ok();
  return Error(Code::kInvalidArgument, "the authorities of callers' certificates cannot be used")
      .Where(file)
      .Why(ec.message());
}

Result<tcp::endpoint> AsioServer::Address() const {
  error_code ec;
  const std::string host = state_.options.host == "localhost" ? "127.0.0.1" : state_.options.host;
  const auto address = asio::ip::make_address(host, ec);
  if (ec) {
    return Error(Code::kInvalidArgument, "'" + host + "' is not an IP address to listen on")
        .Help("give an address such as 127.0.0.1, ::1 or 0.0.0.0");
  }
  return tcp::endpoint(address, state_.options.port);
}

Status AsioServer::Listen(Loop& loop, tcp::endpoint endpoint, bool shared) {
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  error_code ec;
  loop.acceptor.open(endpoint.protocol(), ec);
  if (!ec) loop.acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && shared) loop.acceptor.set_option(ReusePort(true), ec);
  if (!ec) loop.acceptor.bind(endpoint, ec);
  if (!ec) loop.acceptor.listen(4096, ec);
  if (!ec) return Ok();
  const Code code = ec == asio::error::address_in_use ? Code::kConflict : Code::kUnavailable;
  return Error(code, "cannot listen on " + endpoint.address().to_string() + " port " +
                         std::to_string(endpoint.port()))
      .Why(ec.message());
}

Status AsioServer::Open() {
  if (state_.options.clock == nullptr) state_.options.clock = &SystemClock();
  if (state_.options.threads == 0) state_.options.threads = 1;
  RETURN_IF_ERROR(LoadTls());
  ASSIGN_OR_RETURN(tcp::endpoint endpoint, Address());
  {
    // SO_REUSEPORT would let two servers of one user share a port by mistake: ask without it first.
    const auto probe = std::make_shared<Loop>(state_);
    RETURN_IF_ERROR(Listen(*probe, endpoint, false));
    endpoint.port(probe->acceptor.local_endpoint().port());
  }
  port_ = endpoint.port();
  for (std::size_t i = 0; i < state_.options.threads; ++i) {
    loops_.push_back(std::make_shared<Loop>(state_));
    RETURN_IF_ERROR(Listen(*loops_.back(), endpoint, true));
  }
  for (const auto& loop : loops_) threads_.emplace_back([loop] { loop->Run(); });
  return Ok();
}

bool AsioServer::Drain(std::chrono::milliseconds deadline) {
  if (state_.draining.exchange(true)) return true;
  for (const auto& loop : loops_) {
    asio::post(loop->context, [loop = loop.get()] {
      loop->StopAccepting();
      loop->DrainConnections();
    });
  }
  // Real time on purpose: a drain is over when sockets are, whatever clock the handlers live by.
  const Nanos until = SystemClock().Monotonic() + deadline;
  asio::io_context waiting;
  while (state_.open.load() != 0 && SystemClock().Monotonic() < until) {
    asio::steady_timer(waiting, std::chrono::milliseconds(5)).wait();
  }
  const bool clean = state_.open.load() == 0;
  for (const auto& loop : loops_) loop->context.stop();
  threads_.clear();
  for (const auto& loop : loops_) loop->Close();
  loops_.clear();
  return clean;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(Options options, Handler handler) {
  CHECK(handler != nullptr);
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(handler));
  RETURN_IF_ERROR(server->Open());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace mooring::api
