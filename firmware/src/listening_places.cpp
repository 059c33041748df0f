#include "listening_places.hpp"

#include <boost/asio/ip/address.hpp>

namespace tillcue::terminal {
namespace {

/// As it is written in one way only: "::1", not "0:0::1".
std::string plain(std::string const& host) {
  boost::system::error_code bad;
  auto const address = boost::asio::ip::make_address(host, bad);
  return bad ? host : address.to_string();
}

}  // namespace

std::vector<ListeningPlace> listening_places(Config const& config) {
  using Kind = pos::FeedSource::Kind;
  std::vector<ListeningPlace> places;
  auto const take = [&](std::string_view field, bool datagrams, std::string const& host, std::uint16_t port) {
    places.push_back({field, datagrams, plain(host), port});
  };
  auto const hear = [&](std::string_view field, pos::FeedSource const& source) {
    if (source.kind == Kind::tcp || source.kind == Kind::udp)
      take(field, source.kind == Kind::udp, source.host, source.port);
  };
  take("pos.listen", false, config.pos.host, config.pos.port);
  if (config.pos_web) take("pos.websocket", false, config.pos_web->host, config.pos_web->port);
  take("screen.listen", false, config.screen.host, config.screen.port);
  if (config.feeds.unicenta) hear("feeds.unicenta.listen", *config.feeds.unicenta);
  if (config.feeds.odoo) take("feeds.odoo.listen", false, config.feeds.odoo->host, config.feeds.odoo->port);
  if (config.feeds.text && config.feeds.text->source) hear("feeds.text.source", *config.feeds.text->source);
  return places;
}

void check_places(std::vector<ListeningPlace> const& places,
                  std::function<void(std::string const& field, std::string const& what)> const& add) {
  for (auto place = places.begin(); place != places.end(); ++place) {
    for (auto other = places.begin(); place->port != 0 && other != place; ++other) {
      if (!place->is(*other)) continue;
      add(std::string(place->field), "is the address and port of " + std::string(other->field) + "; give another");
      break;
    }
  }
}

}  // namespace tillcue::terminal
