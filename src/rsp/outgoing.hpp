// What the server should know of this client, as it is now: the published tracks with their revision, and of each link the latest
// description and candidates; and which of it the server has not been told. Holds only the latest of each, so however long the
// signaling is away nothing queues up (docs/protocol.md 5.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::rsp {

class Outgoing {
 public:
  // The full list. The revision grows by one for each track added, removed, enabled, disabled or re-prioritised, as the official
  // client counts (4.6).
  void set_tracks(const std::vector<LocalTrack>& tracks);
  void put(const backend::LinkUpdate& update);
  void forget(const LinkId& link);
  // Another session: nothing of the old links counts in it.
  void forget_links();
  // … and whoever was away meanwhile must not take what comes in it for what came in the old one: the tracks get other ids on the wire.
  void rename_tracks();
  // What the id of each track has on the wire after the one that the app knows it by.
  const std::string& id_suffix() const { return id_suffix_; }
  // Whose media do not come, what is wished of them, and how good the network is; told to a server that speaks `holdfast`, in full each
  // time.
  void set_extension(Extension extension);
  const Extension& extension() const { return extension_; }
  // Links that the server has just closed or left out of a complete list.
  void forget_closed(const backend::RoomUpdate& update);

  LocalState local_state() const;
  bool has_news() const;
  // Of the tracks; others may be of the links or of the extension.
  bool has_news_of_tracks() const { return local_is_news_; }

  // For `connect` and `sync`: the description of every live link. Candidates and closes do not travel in these; all that is known of
  // them becomes news again, since the socket that carried them before may have swallowed them.
  std::vector<PeerConnectionState> take_descriptions();
  // For `update`: whatever the server has not been told.
  std::vector<PeerConnectionState> take_news();

 private:
  struct Link {
    LinkId id;
    std::optional<Description> description;
    std::optional<Ice> ice;
    bool description_is_news = false;
    bool ice_is_news = false;
    bool is_closing() const { return description && description->type == DescriptionType::kClose; }
  };

  Link& find_or_add(const LinkId& id);

  LocalState local_;
  std::string id_suffix_;
  int renamings_ = 0;
  Extension extension_;
  bool local_is_news_ = false;
  bool extension_is_news_ = false;
  std::vector<Link> links_;
};

}  // namespace holdfast::rsp
