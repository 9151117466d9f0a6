#include "roomserver/hmac.hpp"

#include <catch2/catch.hpp>

using namespace holdfast::roomserver;

TEST_CASE("sha256: the vectors of FIPS 180-4", "[roomserver][hmac]") {
  CHECK(to_hex(sha256(""), 32) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc"), 32) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 32) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a')), 32) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("sha256: lengths around the end of a block", "[roomserver][hmac]") {
  CHECK(to_hex(sha256(std::string(55, 'a')), 32) == "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  CHECK(to_hex(sha256(std::string(56, 'a')), 32) == "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  CHECK(to_hex(sha256(std::string(64, 'a')), 32) == "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST_CASE("hmac-sha256: the vectors of RFC 4231", "[roomserver][hmac]") {
  const auto mac = [](const std::string& key, const std::string& data) { return to_hex(hmac_sha256(key, data), 32); };
  CHECK(mac(std::string(20, '\x0b'), "Hi There") == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac("Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(mac(std::string(20, '\xaa'), std::string(50, '\xdd')) == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(mac(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(mac(std::string(131, '\xaa'),
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being "
            "used by the HMAC algorithm.") == "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("base64url: RFC 4648 without padding, there and back", "[roomserver][hmac]") {
  const auto [plain, coded] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                        {"f", "Zg"},
                                                                        {"fo", "Zm8"},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg"},
                                                                        {"fooba", "Zm9vYmE"},
                                                                        {"foobar", "Zm9vYmFy"},
                                                                        {"\xfb\xff", "-_8"}}));
  CHECK(to_base64url(plain) == coded);
  CHECK(from_base64url(coded) == plain);
}

TEST_CASE("base64url: text that nobody would have written is refused", "[roomserver][hmac]") {
  const std::string text = GENERATE("A", "Zg==", "Zh", "Zm9", "Z g", "Zm8+", "Zm8/", "AAAAA");
  INFO(text);
  CHECK_FALSE(from_base64url(text));
}

TEST_CASE("comparison: equal only if every byte is", "[roomserver][hmac]") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("same", "same"));
  CHECK_FALSE(equal_in_constant_time("same", "sane"));
  CHECK_FALSE(equal_in_constant_time("same", "Same"));
  CHECK_FALSE(equal_in_constant_time("same", "same "));
}
