// Which browser a tab runs in, where they differ.
#pragma once

namespace holdfast::sim {

enum class Browser { kChromium, kFirefox };

}  // namespace holdfast::sim
