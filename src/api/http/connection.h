// SocketConnection: one accepted socket: reads requests, keeps their order, writes answers. Part of
// the server's machinery: only server.cpp includes it, with connection_streams.h.
//
// The happy path of one request: a read completes → Pump parses and dispatches → the handler
// answers (now, or by the mailbox) → Send writes straight to the socket without waiting for
// readiness.
#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <deque>

#include "api/http/certificate_names.h"
#include "api/http/loop.h"

namespace mooring::api {

inline constexpr std::size_t kPipelined = 64;              // requests begun and not answered
inline constexpr std::size_t kUnsentBytes = limits::kMiB;  // answers the client does not read
inline constexpr std::size_t kReadBytes = 4 * limits::kKiB, kReadBytesMax = 64 * limits::kKiB;
inline constexpr std::size_t kIncomingBodies = 512 * limits::kMiB;  // over all connections
inline constexpr std::chrono::seconds kLingerTime{2};

template <typename Stream>
class SocketConnection final : public Connection {
 public:
  static constexpr bool kPlain = std::is_same_v<Stream, tcp::socket>;

  SocketConnection(Loop& loop, Stream stream)
      : loop_(loop),
        stream_(std::move(stream)),
        parser_(Bounds(loop.server.options), loop.server.rules),
        in_(kReadBytes),
        since_(loop.Now()) {}
  ~SocketConnection() override { CountBody(0); }

  void Start() override;
  void Tick(Nanos now) override;
  void Drain() override;
  void CheckGates() override;
  void Abandon() override;
  void OnAnswered(Exchange&) override { Pump(); }

 private:
  enum class Phase : unsigned char { kHandshake, kOpen, kLinger, kClosed };

  static RequestParser::Limits Bounds(const HttpServer::Options& options) {
    RequestParser::Limits limits;
    limits.body_bytes = options.body_limit_bytes;
    limits.large_body_path = options.large_body_path;
    limits.large_body_bytes = options.large_body_bytes;
    limits.streams = options.streams;
    return limits;
  }
  auto& lowest() { return stream_.lowest_layer(); }
  std::size_t pending() const { return in_end_ - in_begin_; }
  bool MayParse() const {
    return phase_ == Phase::kOpen && (!last_ || current_ != nullptr) &&
           ring_.size() <= kPipelined - (current_ == nullptr ? 1 : 0) && out_.size() < kUnsentBytes;
  }

  void Read();
  void OnRead(const error_code& ec, std::size_t bytes);
  void Pump();
  bool ParseOne();
  void MakeRoom();
  void CountBody(std::size_t bytes);
  void Dispatch();
  void Hand(const std::shared_ptr<Exchange>& exchange);
  void RefuseCurrent(int status, std::string_view why);
  bool BeginUpload();
  bool FeedUpload();
  void EndUpload(int status, std::string_view why);
  void Send();
  bool WriteSome(std::size_t& sent);
  void CollectAnswers();
  bool CollectAnswer();
  bool CollectPieces();
  void EndDownload();
  void Keep(std::shared_ptr<Exchange> exchange);
  void PassGate(Exchange& exchange);
  void WriteLater(std::size_t sent);
  void OnWritten(const error_code& ec);
  void Settle();
  void StartLinger();
  void Close();
  std::shared_ptr<Exchange> TakeExchange();
  bool Idle() const {
    return ring_.empty() && !current_ && out_.empty() && !writing_ && !download_;
  }

  Loop& loop_;
  Stream stream_;
  RequestParser parser_;
  std::vector<char> in_;
  std::size_t in_begin_ = 0, in_end_ = 0;
  std::shared_ptr<Exchange> current_;           // being read; in the ring, too, when it streams
  std::shared_ptr<Exchange> download_;          // whose head has left, and not all of its body
  std::uint64_t download_left_ = 0;             // bytes not in out_ yet
  std::deque<std::shared_ptr<Exchange>> ring_;  // begun, in the order of requests
  std::vector<std::shared_ptr<Exchange>> spare_;
  std::string out_, sending_;
  std::vector<std::shared_ptr<const SendGate>> unsent_;  // of answers in out_ and sending_
  std::vector<std::string> names_;                       // of the caller's certificate
  Nanos since_;                                          // when the present wait began
  Nanos write_since_{0}, piece_since_{0};
  std::size_t counted_body_ = 0;
  Phase phase_ = Phase::kHandshake;
  bool reading_ = false, writing_ = false, pumping_ = false;
  bool last_ = false;  // no request after those begun
  bool eof_ = false;
  bool held_ = false;  // the upload's reader is behind
};

template <typename Stream>
void SocketConnection<Stream>::Start() {
  error_code ignored;
  lowest().set_option(tcp::no_delay(true), ignored);
  if constexpr (kPlain) {
    lowest().non_blocking(true, ignored);
    phase_ = Phase::kOpen;
    Read();
  } else {
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [this, self = shared_from_this()](const error_code& ec) {
                              if (ec || phase_ != Phase::kHandshake) return Close();
                              phase_ = Phase::kOpen;
                              since_ = loop_.Now();
                              names_ = CertificateNames(stream_.native_handle());
                              Read();
                            });
  }
}

template <typename Stream>
void SocketConnection<Stream>::Read() {
  const bool wanted = phase_ == Phase::kLinger || (MayParse() && !held_);
  if (reading_ || eof_ || phase_ == Phase::kClosed || !wanted) return;
  MakeRoom();
  reading_ = true;
  stream_.async_read_some(
      asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
      [this, self = shared_from_this()](const error_code& ec, std::size_t bytes) {
        reading_ = false;
        OnRead(ec, bytes);
      });
}

template <typename Stream>
void SocketConnection<Stream>::MakeRoom() {
  if (in_begin_ == in_end_ || phase_ == Phase::kLinger) {
    in_begin_ = in_end_ = 0;
    const bool large = parser_.missing() > in_.size() || (current_ && current_->upload);
    if (large && in_.size() < kReadBytesMax) in_.resize(kReadBytesMax);
  } else if (in_begin_ > 0 && in_.size() - in_end_ < kReadBytes) {
    std::copy(in_.begin() + in_begin_, in_.begin() + in_end_, in_.begin());
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  // The parser refuses what does not fit the largest buffer, so there is always room to read into.
  if (in_end_ == in_.size()) in_.resize(std::min(in_.size() * 2, kReadBytesMax));
}

template <typename Stream>
void SocketConnection<Stream>::OnRead(const error_code& ec, std::size_t bytes) {
  if (phase_ == Phase::kClosed) return;
  if (ec == asio::error::eof || (!kPlain && ec)) {
    eof_ = true;
    if (ec == asio::error::eof && current_ && current_->upload) {
      EndUpload(400, "the body ended before it was whole");
      return Pump();
    }
    if (phase_ == Phase::kLinger || Idle() || ec != asio::error::eof) return Close();
    return Settle();
  }
  if (ec) return Close();
  if (phase_ == Phase::kLinger) return Read();
  if (!current_ && ring_.empty()) since_ = loop_.Now();
  in_end_ += bytes;
  Pump();
}

// Parses and answers as far as bytes and order allow, then asks for more.
template <typename Stream>
void SocketConnection<Stream>::Pump() {
  if (pumping_ || phase_ == Phase::kClosed) return;
  pumping_ = true;
  bool progress = true;
  while (progress) {
    while (MayParse() && ParseOne()) {
    }
    const std::size_t waiting = ring_.size();
    Send();
    progress = ring_.size() < waiting && pending() > 0 && MayParse();
  }
  pumping_ = false;
  Settle();
}

// True when a whole request or a refusal was taken from the buffer.
template <typename Stream>
bool SocketConnection<Stream>::ParseOne() {
  if (current_ && current_->upload) return FeedUpload();
  for (;;) {
    if (!current_) {
      if (pending() == 0) return false;
      current_ = TakeExchange();
      parser_.Begin(current_->message);
    }
    const std::size_t used = parser_.Feed({in_.data() + in_begin_, pending()});
    in_begin_ += used;
    if (current_->message.streamed) return BeginUpload();
    CountBody(current_->message.body.capacity());
    switch (parser_.state()) {
      case RequestParser::State::kWhole: Dispatch(); return true;
      case RequestParser::State::kRefused:
        RefuseCurrent(current_->message.refused_status, current_->message.refusal);
        return true;
      default:
        if (loop_.server.body_bytes.load(std::memory_order_relaxed) > kIncomingBodies) {
          RefuseCurrent(503, "too many large bodies are being received; come back later");
          return true;
        }
        if (used == 0 || pending() == 0) return false;
    }
  }
}

// Large bodies count against a bound of the whole server.
template <typename Stream>
void SocketConnection<Stream>::CountBody(std::size_t bytes) {
  if (bytes < kReadBytesMax * 4) bytes = 0;
  if (bytes == counted_body_) return;
  loop_.server.body_bytes += bytes - counted_body_;  // wraps and comes back by design of unsigned
  counted_body_ = bytes;
}

template <typename Stream>
void SocketConnection<Stream>::Dispatch() {
  const std::shared_ptr<Exchange> exchange = std::move(current_);
  current_ = nullptr;
  CountBody(0);
  Hand(exchange);
}

template <typename Stream>
void SocketConnection<Stream>::Hand(const std::shared_ptr<Exchange>& exchange) {
  loop_.server.requests.fetch_add(1, std::memory_order_relaxed);
  exchange->dispatched = exchange->message.request.received = loop_.Now();
  exchange->message.request.certificate_names = names_;
  if (!exchange->message.keep_alive || loop_.server.draining.load(std::memory_order_relaxed)) {
    last_ = true;
  }
  ring_.push_back(exchange);
  loop_.server.handler(exchange->message.request, exchange);
  loop_.NoteDispatch();
}

template <typename Stream>
void SocketConnection<Stream>::RefuseCurrent(int status, std::string_view why) {
  const std::shared_ptr<Exchange> exchange = std::move(current_);
  current_ = nullptr;
  CountBody(0);
  last_ = true;
  exchange->AnswerHere(Refusal(status, why));
  ring_.push_back(exchange);
}

template <typename Stream>
std::shared_ptr<Exchange> SocketConnection<Stream>::TakeExchange() {
  std::shared_ptr<Exchange> exchange;
  if (!spare_.empty()) {
    exchange = std::move(spare_.back());
    spare_.pop_back();
  } else {
    exchange = std::make_shared<Exchange>(loop_.shared_from_this());
  }
  exchange->Reset(this);
  return exchange;
}

template <typename Stream>
void SocketConnection<Stream>::CollectAnswers() {
  while (download_ == nullptr ? CollectAnswer() : CollectPieces()) {
  }
  if (!current_ || !current_->message.wants_continue || pending() != 0) return;
  const bool next = current_->upload == nullptr
                        ? ring_.empty()
                        : ring_.front() == current_ && current_->upload->WasAsked();
  if (!next || download_ != nullptr) return;
  current_->message.wants_continue = false;
  out_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

// Takes the answer that is next, if it is there.
template <typename Stream>
bool SocketConnection<Stream>::CollectAnswer() {
  if (ring_.empty() || !ring_.front()->ready || out_.size() >= kUnsentBytes) return false;
  std::shared_ptr<Exchange> exchange = std::move(ring_.front());
  ring_.pop_front();
  if (exchange == current_) {
    // Answered before its body was whole: nobody will read the rest.
    last_ = true;
    current_->upload->Fail(Error(Code::kUnavailable, "the request was answered"));
    current_ = nullptr;
    held_ = false;
    CountBody(0);
  }
  if (loop_.server.draining.load(std::memory_order_relaxed) && !current_) last_ = true;
  PassGate(*exchange);
  AppendAnswer(*exchange, last_ && ring_.empty(), loop_.date(), out_);
  if (exchange->response.stream != nullptr && exchange->response.stream_bytes > 0 &&
      exchange->message.request.method != Method::kHead) {
    download_left_ = exchange->response.stream_bytes;
    piece_since_ = loop_.Now();
    download_ = std::move(exchange);
  } else {
    Keep(std::move(exchange));
  }
  return true;
}

// When nobody else holds an exchange, its memory serves the next request.
template <typename Stream>
void SocketConnection<Stream>::Keep(std::shared_ptr<Exchange> exchange) {
  exchange->sink = nullptr;
  if (exchange.use_count() == 1 && spare_.size() < 4) spare_.push_back(std::move(exchange));
}

template <typename Stream>
void SocketConnection<Stream>::PassGate(Exchange& exchange) {
  std::shared_ptr<const SendGate> gate = std::move(exchange.response.gate);
  exchange.response.gate = nullptr;
  if (gate == nullptr) return;
  if (gate->MayLeave()) {
    unsent_.push_back(std::move(gate));
  } else {
    exchange.response = gate->Instead();
  }
}

template <typename Stream>
void SocketConnection<Stream>::CheckGates() {
  for (const auto& gate : unsent_) {
    if (!gate->MayLeave()) return Close();
  }
}

template <typename Stream>
void SocketConnection<Stream>::Send() {
  constexpr int kTurns = 4;  // of a download, before others have theirs
  for (int turn = 1;; ++turn) {
    CollectAnswers();
    if (writing_ || out_.empty() || phase_ != Phase::kOpen) return;
    std::size_t sent = 0;
    if (!WriteSome(sent)) return WriteLater(sent);
    if (download_ == nullptr || phase_ != Phase::kOpen) return;
    if (turn == kTurns) return download_->Nudge();
  }
}

// True when nothing of out_ is left to write.
template <typename Stream>
bool SocketConnection<Stream>::WriteSome(std::size_t& sent) {
  if constexpr (kPlain) {
    error_code ec;
    sent = stream_.write_some(asio::buffer(out_), ec);
    if (ec && ec != asio::error::would_block) return Close(), true;
    if (sent != out_.size()) return false;
    out_.clear();
    if (download_ == nullptr) unsent_.clear();
    if (out_.capacity() > kReadBytesMax) out_ = std::string();
    since_ = loop_.Now();
    return true;
  }
  return false;
}

template <typename Stream>
void SocketConnection<Stream>::WriteLater(std::size_t sent) {
  writing_ = true;
  write_since_ = loop_.Now();
  sending_.swap(out_);
  out_.clear();
  asio::async_write(stream_, asio::buffer(sending_.data() + sent, sending_.size() - sent),
                    [this, self = shared_from_this()](const error_code& ec, std::size_t) {
                      writing_ = false;
                      OnWritten(ec);
                    });
}

template <typename Stream>
void SocketConnection<Stream>::OnWritten(const error_code& ec) {
  if (phase_ == Phase::kClosed) return;
  if (ec) return Close();
  since_ = loop_.Now();
  if (sending_.capacity() > kReadBytesMax) sending_ = std::string();
  sending_.clear();
  if (out_.empty() && download_ == nullptr) unsent_.clear();
  Pump();
}

// Goes on reading, or ends when everything that will be answered was.
template <typename Stream>
void SocketConnection<Stream>::Settle() {
  if (phase_ != Phase::kOpen) return;
  const bool nothing_begun = ring_.empty() && out_.empty() && !writing_ && !download_;
  if (nothing_begun && last_) return StartLinger();
  if (nothing_begun && eof_) return Close();
  Read();
}

// Sends our end and reads the client's for a moment: closing with unread bytes would reset the
// connection and could take the answer with it.
template <typename Stream>
void SocketConnection<Stream>::StartLinger() {
  phase_ = Phase::kLinger;
  since_ = loop_.Now();
  error_code ignored;
  lowest().shutdown(tcp::socket::shutdown_send, ignored);
  if (eof_) return Close();
  Read();
}

template <typename Stream>
void SocketConnection<Stream>::Close() {
  if (phase_ == Phase::kClosed) return;
  const auto self = shared_from_this();
  Abandon();
  loop_.Remove(*this);
}

template <typename Stream>
void SocketConnection<Stream>::Abandon() {
  phase_ = Phase::kClosed;
  const auto gone = [](Exchange& exchange) {
    exchange.sink = nullptr;
    if (exchange.upload) exchange.upload->Fail(Error(Code::kUnavailable, "the caller is gone"));
  };
  for (const auto& exchange : ring_) gone(*exchange);
  if (download_) gone(*download_);
  download_ = nullptr;
  ring_.clear();
  spare_.clear();
  current_ = nullptr;
  error_code ignored;
  lowest().close(ignored);
}

template <typename Stream>
void SocketConnection<Stream>::Drain() {
  if (phase_ == Phase::kHandshake) return Close();
  if (phase_ != Phase::kOpen || !Idle() || pending() != 0) return;
  // A request that has come already is answered. With nothing unread, closing takes no answer with
  // it, and there is no need to linger for a client that is idle too.
  error_code ec;
  if (lowest().available(ec) == 0) Close();
}

template <typename Stream>
void SocketConnection<Stream>::Tick(Nanos now) {
  const Nanos deadline = loop_.server.options.request_deadline;
  const bool source_stuck = download_ && out_.empty() && now - piece_since_ > deadline;
  const bool writes_stuck = writing_ ? now - write_since_ > deadline : source_stuck;
  const bool lingered = phase_ == Phase::kLinger && now - since_ > kLingerTime;
  const bool shaky = phase_ == Phase::kHandshake && now - since_ > deadline;
  if (writes_stuck || lingered || shaky) return Close();
  if (phase_ != Phase::kOpen) return;
  if (Idle()) {
    if (now - since_ > loop_.server.options.idle) Close();
  } else if (!ring_.empty() && !ring_.front()->ready) {
    Exchange& first = *ring_.front();
    const bool comes = ring_.front() == current_ && !held_;
    if (now - first.dispatched <= (comes ? Nanos(loop_.server.options.idle) : deadline)) return;
    if (comes) {
      EndUpload(408, "the body stopped coming");
    } else if (!first.AnswerHere(Refusal(504, "the answer took longer than the deadline"))) {
      return;
    }
    Pump();
  } else if (current_ && ring_.empty() && now - since_ > deadline) {
    RefuseCurrent(408, "the request did not arrive whole before the deadline");
    Pump();
  }
}

}  // namespace mooring::api
