// The token that the server is shown: when it ends, whether the app can be asked for another, and when it is to be told instead.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/instant.hpp"
#include "base/strong_id.hpp"

namespace holdfast::rsp {

// A token that ends sooner than this is not worth a reconnect if there can be another; an app that holds strings is warned so long before.
constexpr Millis kTokenMargin = 60_s;
// How long the app may take for another.
constexpr Millis kTokenLimit = 10_s;

struct Token {
  std::string text;
  std::optional<Instant> ends;     // nothing: it does not say
  std::optional<Instant> warning;  // when the app is to be told that it ends
  bool renewable = false;          // the app has a function that makes one
  bool is_shown = false;           // to the server; the app may give another while that waits for an answer
  bool was_refused = false;        // the one before, and none has been accepted since
  OperationId request;             // the latest

  void set(std::string value, std::optional<Millis> lifetime, Instant now) {
    is_shown = is_shown && value == text;
    text = std::move(value);
    ends.reset();
    warning.reset();
    if (!lifetime) return;
    ends = now + *lifetime;
    if (!renewable) warning = *ends - kTokenMargin;
  }
  const std::string& show() {
    is_shown = true;
    return text;
  }
  bool should_be_renewed(Instant now) const { return renewable && ends && *ends <= now + kTokenMargin; }
};

}  // namespace holdfast::rsp
