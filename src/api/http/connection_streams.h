// What a SocketConnection does with bodies that stream: uploads, from the head to the last piece,
// and the pieces of downloads. Part of the server's machinery: only server.cpp includes it.
//
// An upload is in the ring of begun requests from its head on, and stays the current one until its
// body is whole. Its bytes gather in the message; a full piece goes to the Upload, and while that
// has one that nobody took, the socket is not read. A download holds one piece in out_ beside the
// one that is being sent; its source reads ahead.
#pragma once

#include "api/http/connection.h"

namespace mooring::api {

// Called once the head of a body that streams is whole: hands the request over. True as ParseOne.
template <typename Stream>
bool SocketConnection<Stream>::BeginUpload() {
  if (loop_.server.body_bytes.load(std::memory_order_relaxed) > kIncomingBodies) {
    RefuseCurrent(503, "too many large bodies are being received; come back later");
    return true;
  }
  const bool whole = parser_.state() == RequestParser::State::kWhole;
  // A body without a stated length may be of any.
  const std::size_t length = parser_.missing() == 0 ? kPieceBytes : parser_.missing();
  if (!whole) current_->message.body.reserve(std::min(length, kPieceBytes) + kReadBytesMax);
  if (!whole && length >= kPieceBytes) CountBody(3 * kPieceBytes);
  current_->BeginUpload();
  Hand(current_);
  return FeedUpload();
}

template <typename Stream>
bool SocketConnection<Stream>::FeedUpload() {
  std::string& body = current_->message.body;
  held_ = false;
  for (;;) {
    if (parser_.state() == RequestParser::State::kRefused) {
      const Message& message = current_->message;
      EndUpload(message.refused_status, message.refusal);
      return true;
    }
    const bool whole = parser_.state() == RequestParser::State::kWhole;
    if (whole || body.size() >= kPieceBytes) {
      held_ = !current_->upload->HasRoom();
      if (held_) return false;
      current_->dispatched = loop_.Now();
      current_->upload->Give({std::exchange(body, {}), whole});
      if (whole) {
        current_ = nullptr;
        CountBody(0);
        return true;
      }
      body.reserve(kPieceBytes + kReadBytesMax);
    }
    if (pending() == 0) return false;
    const std::size_t used = parser_.Feed({in_.data() + in_begin_, pending()});
    in_begin_ += used;
    if (used != 0) current_->dispatched = loop_.Now();
    if (used == 0 && parser_.state() == RequestParser::State::kBody) return false;
  }
}

// The body will never be whole: both sides are told, and the connection ends.
template <typename Stream>
void SocketConnection<Stream>::EndUpload(int status, std::string_view why) {
  const std::shared_ptr<Exchange> exchange = std::exchange(current_, nullptr);
  CountBody(0);
  last_ = true;
  held_ = false;
  exchange->AnswerHere(Refusal(status, why));  // unless it was answered
  exchange->upload->Fail(Error(Code::kUnavailable, std::string(why)));
}

// Takes a piece of the download if it is there and there is room; true when it was the last.
template <typename Stream>
bool SocketConnection<Stream>::CollectPieces() {
  while (phase_ == Phase::kOpen && out_.size() < kPieceBytes) {
    auto next = download_->response.stream->Next([weak = std::weak_ptr(download_)] {
      if (const auto exchange = weak.lock()) exchange->Nudge();
    });
    if (!next) return false;
    const std::size_t size = next->ok() ? (*next)->bytes.size() : 0;
    const bool fits = next->ok() && size <= download_left_;
    if (!fits || (size < download_left_ && (*next)->last)) {
      Close();  // the client sees a body that is shorter than it was told
      return false;
    }
    download_left_ -= size;
    piece_since_ = loop_.Now();
    if (out_.empty()) {
      out_ = std::move((*next)->bytes);
    } else {
      out_.append((*next)->bytes);
    }
    if (download_left_ == 0) return EndDownload(), true;
  }
  return false;
}

template <typename Stream>
void SocketConnection<Stream>::EndDownload() {
  download_->response.stream = nullptr;
  Keep(std::exchange(download_, nullptr));
  // Its head was sent before anybody knew.
  if (loop_.server.draining.load(std::memory_order_relaxed) && !current_ && ring_.empty()) {
    last_ = true;
  }
}

}  // namespace mooring::api
