// Loop: one thread's event loop: its acceptor, its connections, its mailbox and its ticker. Part of
// the server's machinery: only server.cpp includes it (Asio stays in that one translation unit).
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "api/http/caller_rules.h"
#include "api/http/exchange.h"

namespace mooring::api {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// What all loops of a server share.
struct ServerState {
  ServerState(HttpServer::Options given, Handler handle)
      : options(std::move(given)),
        rules(options.host, options.allowed_hosts),
        handler(std::move(handle)) {}
  HttpServer::Options options;
  CallerRules rules;
  Handler handler;
  std::optional<asio::ssl::context> tls;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> open{0}, accepted{0}, refused{0}, requests{0};
  // Bytes of bodies that are still coming in, over all connections.
  std::atomic<std::size_t> body_bytes{0};
};

// What a loop wants of a connection.
class Connection : public AnswerSink, public std::enable_shared_from_this<Connection> {
 public:
  virtual void Start() = 0;
  virtual void Tick(Nanos now) = 0;
  virtual void Drain() = 0;
  // Closes when it still holds bytes of an answer that may not leave any more.
  virtual void CheckGates() = 0;
  // Lets go of socket and exchanges; nothing is sent any more.
  virtual void Abandon() = 0;
};

class Loop final : public Mailbox, public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(ServerState& state)
      : server(state), acceptor(context), ticker_(context), backoff_(context) {}

  // Mailbox.
  // Answers that after_batch gives are collected like those of other threads, so that no socket is
  // written while a commit is being made.
  bool OnOwnThread() const override { return running_ == this && !ending_batch_; }
  void Put(std::shared_ptr<Exchange> exchange) override;
  void Nudge(std::shared_ptr<Exchange> exchange) override;
  // Wakes the loop when answers wait that nobody woke it for; any thread, also after Close.
  void Wake();
  // The calling thread's answers wake nobody from now on: it calls Wake after each batch.
  static void PromiseToWake() { wakes_later_ = true; }

  void Run();  // until Stop
  void Accept();
  void StopAccepting();  // after taking what already waits
  void DrainConnections();
  void CheckGates();
  void Close();  // after the thread ended: frees everything
  void Remove(Connection& connection);
  // A request was handed to the handler: after_batch is due when all that are ready were.
  void NoteDispatch();
  Nanos Now() const { return server.options.clock->Monotonic(); }
  std::string_view date() const { return date_; }

  asio::io_context context{1};
  ServerState& server;
  tcp::acceptor acceptor;

 private:
  void Welcome(tcp::socket socket);
  void Tick();
  void OpenMail();
  void EndBatch();

  static thread_local Loop* running_;
  static thread_local bool wakes_later_;
  asio::steady_timer ticker_, backoff_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::string date_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Exchange>> mail_, nudges_;  // guarded by mutex_
  bool woken_ = false, closed_ = false;                   // guarded by mutex_
  std::vector<std::shared_ptr<Exchange>> opened_, nudged_;
  bool batch_begun_ = false, ending_batch_ = false;  // this loop's thread only
};

std::shared_ptr<Connection> MakeConnection(Loop& loop, tcp::socket socket);

}  // namespace mooring::api
