#include "feed_settings.hpp"

#include <boost/asio/ip/address.hpp>

namespace tillcue::terminal {
namespace {

using Json = nlohmann::json;
using Complaint = std::optional<std::string>;

constexpr std::size_t kMostTemplates = 32;
constexpr std::size_t kLongestTemplate = 256;

Complaint read_source(Json const& value, std::optional<pos::FeedSource>& out) {
  if (!value.is_string()) return "must be a text in quotes";
  auto source = pos::FeedSource::parse(value.get<std::string>());
  if (!source) return source.error().what;
  bool const listens = source->kind == pos::FeedSource::Kind::tcp || source->kind == pos::FeedSource::Kind::udp;
  boost::system::error_code bad;
  auto const address = boost::asio::ip::make_address(source->host, bad);
  if (listens && bad) return "must be an IP address, such as tcp://127.0.0.1:7711";
  if (listens && address.is_unspecified()) return "must name one address of this machine, not all of them";
  out = std::move(*source);
  return {};
}

TextFeedConfig& text(FeedsConfig& config) { return config.text ? *config.text : config.text.emplace(); }

}  // namespace

pos::OdooOptions& odoo_of(FeedsConfig& config) { return config.odoo ? *config.odoo : config.odoo.emplace(); }
pos::TextFeedOptions& text_of(FeedsConfig& config) { return text(config).options; }
pos::TextLayout& layout_of(FeedsConfig& config) { return text(config).options.layout; }

Complaint read_tickets(Json const& value, FeedsConfig& out) {
  if (auto complaint = read_source(value, out.unicenta)) return complaint;
  bool const network =
      out.unicenta->kind == pos::FeedSource::Kind::tcp || out.unicenta->kind == pos::FeedSource::Kind::udp;
  if (!network) return "must be udp://127.0.0.1:PORT or tcp://127.0.0.1:PORT, where the script sends to";
  return {};
}

Complaint read_text_source(Json const& value, FeedsConfig& out) { return read_source(value, text(out).source); }

Complaint read_marker(Json const& value, std::string& out) {
  if (!value.is_string()) return "must be a text in quotes: the bytes themselves, or their hex digits behind 0x";
  auto bytes = pos::marker_bytes(value.get<std::string>());
  if (!bytes) return bytes.error().what;
  out = std::move(*bytes);
  return {};
}

Complaint read_text_table(Json const& value, pos::TextFeedOptions& out) {
  auto const number = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  std::string list;
  for (auto const table : pos::code_tables()) {
    if (static_cast<std::uint64_t>(table) == number) {
      out.code_table = table;
      return {};
    }
    list += (list.empty() ? "" : ", ") + std::to_string(static_cast<unsigned>(table));
  }
  return "must be one of " + list + "; leave it out for UTF-8";
}

Complaint read_silence(Json const& value, pos::TextFeedOptions& out) {
  auto const count = value.is_number_integer() ? value.get<std::int64_t>() : 0;
  if (count < 50 || count > 60'000) return "must be from 50 to 60000 milliseconds";
  out.timeout = std::chrono::milliseconds(count);
  return {};
}

Complaint read_width(Json const& value, FeedsConfig& out) {
  auto const count = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  if (count < 8 || count > 200) return "must be from 8 to 200: the characters a name has room for";
  text(out).width = count;
  return {};
}

Complaint read_templates(Json const& value, std::vector<std::string>& out) {
  if (!value.is_array() || value.size() > kMostTemplates) return "must be a list of at most 32 line templates";
  for (auto const& one : value) {
    if (!one.is_string() || one.get_ref<std::string const&>().size() > kLongestTemplate) {
      return "must hold texts of at most 256 bytes, such as \"{qty} x {name} {amount}\"";
    }
    out.push_back(one.get<std::string>());
  }
  return {};
}

void check_feeds(FeedsConfig const& feeds, std::function<void(std::string const&, std::string const&)> const& wrong) {
  if (feeds.odoo && feeds.odoo->origins.empty()) {
    wrong("feeds.odoo.origins", "is missing: without it no page may speak, and pages of anybody must not");
  }
  if (!feeds.text) return;
  if (!feeds.text->source) wrong("feeds.text.source", "is missing");
  for (auto const& fault : pos::check(feeds.text->options)) wrong("feeds.text." + fault.field, fault.what);
}

}  // namespace tillcue::terminal
