// The words that stand for enumerators in JSON, in the order of the enum.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace holdfast {

// The place of `word` among `count` words; `count` if it is none of them.
inline std::size_t find_word(const std::string_view* words, std::size_t count, std::string_view word) {
  std::size_t i = 0;
  while (i < count && words[i] != word) ++i;
  return i;
}

template <class E, std::size_t N>
struct Words {
  std::array<std::string_view, N> words;

  constexpr std::string_view of(E value) const { return words[static_cast<std::size_t>(value)]; }
  // Nothing if no enumerator has this word.
  std::optional<E> find(std::string_view word) const {
    const std::size_t i = find_word(words.data(), N, word);
    if (i == N) return std::nullopt;
    return static_cast<E>(i);
  }
};

}  // namespace holdfast
