// SHA-256 (FIPS 180-4), HMAC-SHA256 (RFC 2104) and the two ways this server writes bytes as text. Our own because the core has no I/O
// and has to give the same bytes natively and in wasm; the tests hold the published vectors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::roomserver {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view message);
Digest hmac_sha256(std::string_view key, std::string_view message);

// Lower-case hexadecimal of the first `bytes` bytes (at most 32).
std::string to_hex(const Digest& digest, std::size_t bytes);

// RFC 4648 section 5, without padding.
std::string to_base64url(std::string_view bytes);
std::string to_base64url(const Digest& digest);
// Nothing if the text is not what to_base64url would have written.
std::optional<std::string> from_base64url(std::string_view text);

// Compares without telling by its duration where the first difference is. The length is no secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace holdfast::roomserver
