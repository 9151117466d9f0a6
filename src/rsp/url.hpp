// The addresses that go with a signaling URL: where to knock to see whether the host is there, and where a page that is going leaves
// its last word.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::rsp {

// ws://… → http://…, wss://… → https://…; anything else as it is.
inline std::string http_url(std::string_view url) {
  if (url.substr(0, 2) != "ws") return std::string(url);
  return std::string("http").append(url.substr(2));
}

// The http form with `/leave` added to the path, before any query: POST the session there.
inline std::string leave_url(std::string_view url) {
  std::string result = http_url(url);
  std::size_t end = result.find('?');
  if (end == std::string::npos) end = result.size();
  if (end > 0 && result[end - 1] == '/') result.erase(--end, 1);
  return result.insert(end, "/leave");
}

}  // namespace holdfast::rsp
