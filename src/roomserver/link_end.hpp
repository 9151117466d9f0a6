// The two ends of a link: A was told to offer first.
#pragma once

namespace holdfast::roomserver {

enum class LinkEnd { kA, kB };
constexpr LinkEnd other(LinkEnd end) { return end == LinkEnd::kA ? LinkEnd::kB : LinkEnd::kA; }

}  // namespace holdfast::roomserver
