// One session's tokens as the outside sees them: what the app has given and was asked for, what the server has seen and refused.
// Tokens are numbered; those of an app without a function begin with 0.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "effect.hpp"
#include "rsp/token.hpp"
#include "words.hpp"

namespace holdfast::words {

struct TokenWatch {
  bool has_function = false;
  std::optional<Millis> lifetime;  // of each
  int latest = 0;
  bool is_there = true;  // and the server has not refused it
  std::optional<Instant> ends;
  bool is_warned = false;
  int dialed_with = 0;  // at least
  int shown = -1;
  int refused = -1;
  bool was_refused = false;  // the one before, and none has been accepted since
  bool none_left = false;    // after this letter
  bool is_asked = false;
  OperationId request;  // the latest
  Instant asked_at;

  std::string text() const { return is_there ? "T" + std::to_string(latest) : ""; }
  void begin(Instant now) {
    if (lifetime && is_there) ends = now + *lifetime;
  }
  input::TokenGiven give(Instant now) {
    ++latest;
    is_there = true;
    is_warned = false;
    begin(now);
    return {is_asked ? request : OperationId{}, text(), lifetime};
  }
  bool ends_soon(Instant now) const { return ends && *ends <= now + rsp::kTokenMargin; }
  bool is_warning_due(Instant now) const { return !has_function && !is_warned && ends_soon(now); }
  // Whether there is, or may be, another one than the server has seen.
  bool has_more() const { return latest > shown || (has_function && !was_refused); }
  void refuse() {
    refused = shown;
    is_there = latest > shown;
  }

  void watch(const effect::RequestToken& effect, Instant now, Promises& promises) {
    promises.require(has_function, "only an app with a function is asked for a token");
    promises.require(!is_asked, "an app is asked for one token at a time");
    promises.require(effect.op.value > request.value, "each question has a number of its own");
    promises.require(!is_there || ends_soon(now), "a good token is not replaced");
    is_asked = true;
    asked_at = now;
    request = effect.op;
    was_refused = was_refused || refused == latest;
  }
  void watch_dial() {
    is_asked = false;
    dialed_with = latest;
  }
  void watch_shown(const std::string& token, Promises& promises) {
    promises.require(token.size() > 1, "the server is shown a token");
    if (token.size() < 2) return;
    shown = std::stoi(token.substr(1));
    promises.require(shown > refused, "a refused token is not shown again");
    promises.require(shown >= dialed_with, "the server is shown the latest token");
  }
  void watch_warning(Instant now, Promises& promises) {
    promises.require(is_warning_due(now), "an app that holds strings is warned before each ends, once");
    is_warned = true;
  }
};

}  // namespace holdfast::words
