// What a mesh carries: everybody sends each video once for each of the others, over one uplink. Both numbers, in bit/s, are of the table
// from which libwebrtc takes the bitrates of sizes (kSimulcastFormatsVP8 in video/config/simulcast.cc).
#pragma once

#include <cstddef>
#include <cstdint>

namespace holdfast::mesh {

// Of one video over all links together: what 1280 × 720 is sent with at most. Two links and twenty ask no more of an uplink than one does.
constexpr std::int64_t kVideoBudget = 2'500'000;
// Of one link, for a picture that is worth it: what is meant for 640 × 360.
constexpr std::int64_t kModestVideo = 500'000;
// So many others can be sent that.
constexpr std::size_t kMaxPeers = kVideoBudget / kModestVideo;

}  // namespace holdfast::mesh
