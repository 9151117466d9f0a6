#include "golden.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <variant>

#include "rsp/wire/codec.hpp"

namespace holdfast::test {

std::string golden_message(std::string_view name) {
  const std::string path = HOLDFAST_GOLDEN_DIR "/messages/" + std::string(name) + ".json";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return {};
  std::string text;
  bool in_string = false;
  bool escaped = false;
  for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) {
    const char one = static_cast<char>(c);
    if (!in_string && (one == ' ' || one == '\n')) continue;
    if (one == '"' && !escaped) in_string = !in_string;
    escaped = one == '\\' && !escaped;
    text += one;
  }
  return text;
}

}  // namespace holdfast::test

using namespace holdfast;

TEST_CASE("wire: every frame of a client is read and written again to the letter", "[rsp][wire]") {
  const std::string name = GENERATE(from_range(test::kClientFrames));
  INFO(name);
  const std::string text = test::golden_message(name);
  const auto frame = rsp::decode_client_frame(text);
  REQUIRE(std::holds_alternative<rsp::ClientFrame>(frame));
  CHECK(rsp::encode(std::get<rsp::ClientFrame>(frame)) == text);
}

TEST_CASE("wire: every frame of a server is read and written again to the letter", "[rsp][wire]") {
  const std::string name = GENERATE(from_range(test::kServerFrames));
  INFO(name);
  const std::string text = test::golden_message(name);
  const auto frame = rsp::decode_server_frame(text);
  REQUIRE(std::holds_alternative<rsp::ServerFrame>(frame));
  CHECK(rsp::encode(std::get<rsp::ServerFrame>(frame)) == text);
}
