// The words that stand for enumerators in JSON, in the order of the enum.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace holdfast {

// The place of `word` among `count` words; `count` if it is none of them.
inline std::size_t find_word(const char* const* words, std::size_t count, std::string_view word) {
  std::size_t i = 0;
  while (i < count && words[i] != word) ++i;
  return i;
}

template <class E, std::size_t N>
struct Words {
  std::array<const char*, N> words;

  constexpr const char* of(E value) const { return words[static_cast<std::size_t>(value)]; }
  // Nothing if no enumerator has this word.
  std::optional<E> find(std::optional<std::string_view> word) const {
    const std::size_t i = find_word(words.data(), N, word.value_or(std::string_view()));
    if (i == N) return std::nullopt;
    return static_cast<E>(i);
  }
  // The same; false leaves `out` as it is.
  bool read(std::optional<std::string_view> word, E& out) const {
    const auto found = find(word);
    out = found.value_or(out);
    return found.has_value();
  }
};

}  // namespace holdfast
