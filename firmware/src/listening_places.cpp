#include "listening_places.hpp"

#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace tillcue::terminal {
namespace {

struct Place {
  std::string_view field;
  bool datagrams = false;
  std::string host;
  std::uint16_t port = 0;

  [[nodiscard]] bool is(Place const& other) const {
    return datagrams == other.datagrams && host == other.host && port == other.port;
  }
};

/// As it is written in one way only: "::1", not "0:0::1".
std::string plain(std::string const& host) {
  boost::system::error_code bad;
  auto const address = boost::asio::ip::make_address(host, bad);
  return bad ? host : address.to_string();
}

}  // namespace

void check_places(Config const& config,
                  std::function<void(std::string const& field, std::string const& what)> const& add) {
  using Kind = pos::FeedSource::Kind;
  std::vector<Place> places;
  auto const take = [&](Place place) {
    if (place.port == 0) return;
    place.host = plain(place.host);
    for (auto const& other : places) {
      if (!place.is(other)) continue;
      return add(std::string(place.field), "is the address and port of " + std::string(other.field) + "; give another");
    }
    places.push_back(std::move(place));
  };
  auto const hear = [&](std::string_view field, pos::FeedSource const& source) {
    if (source.kind == Kind::tcp || source.kind == Kind::udp)
      take({field, source.kind == Kind::udp, source.host, source.port});
  };
  take({"pos.listen", false, config.pos.host, config.pos.port});
  if (config.pos_web) take({"pos.websocket", false, config.pos_web->host, config.pos_web->port});
  take({"screen.listen", false, config.screen.host, config.screen.port});
  if (config.feeds.unicenta) hear("feeds.unicenta.listen", *config.feeds.unicenta);
  if (config.feeds.odoo) take({"feeds.odoo.listen", false, config.feeds.odoo->host, config.feeds.odoo->port});
  if (config.feeds.text && config.feeds.text->source) hear("feeds.text.source", *config.feeds.text->source);
}

}  // namespace tillcue::terminal
