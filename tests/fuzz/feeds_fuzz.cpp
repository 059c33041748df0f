#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "feeds/amount.hpp"
#include "feeds/odoo_message.hpp"
#include "feeds/text_tickets.hpp"
#include "feeds/ticket_event.hpp"
#include "pos-adapter/heard_sales.hpp"

using namespace tillcue;
using namespace tillcue::pos;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};

TextFeedOptions layout(bool framed) {
  TextFeedOptions options;
  if (framed) options.start = "\x1B@", options.end = "\x1Bi", options.code_table = CodeTable::cp866;
  options.layout = {{"---{*}"},
                    {"CANCELLED{*}"},
                    {"CHANGE {amount}"},
                    {"TOTAL {amount}"},
                    {"VOID {name} {amount}"},
                    {"{qty} x {name} {price} {amount}", "{name}\n{qty} x {price} {amount}", "{name} {amount}"}};
  return options;
}

/// Whatever is heard, the messages make sense to a terminal.
struct Scene {
  testing::HeardSales heard;
  BasketFollower follower{"f", heard, testing::as_heard};
  ~Scene() {
    // A ticket that was forgotten may be told again under its old name, which the terminal refuses.
    if (heard.senseless > 0 && heard.order.size() <= BasketFollower::kMostTickets) std::abort();
  }
};

void text(std::string_view bytes, bool framed) {
  Scene whole, parts;
  auto one = TextTickets::make(layout(framed), {&whole.follower, kEuro, "e"});
  auto two = TextTickets::make(layout(framed), {&parts.follower, kEuro, "e"});
  one->take(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 7) two->take(bytes.substr(at, 7));
  one->quiet();
  two->quiet();
  if (whole.heard.messages != parts.heard.messages) std::abort();
}

void messages(std::string_view bytes) {
  Scene tickets, orders;
  OdooOrders odoo(orders.follower, "e");
  while (!bytes.empty()) {
    auto const line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    if (auto event = parse_ticket_event(line, kEuro)) obey(std::move(*event), tickets.follower);
    if (auto shown = parse_odoo_display(line, kEuro)) odoo.show(std::move(*shown));
    (void)shown_amount(line, kEuro);
    (void)shown_quantity(line);
  }
}

/// The first line is a template, every other one is matched.
void templates(std::string_view bytes) {
  auto const first = bytes.substr(0, bytes.find('\n'));
  auto const made = LineTemplate::parse(first);
  if (!made) return;
  TemplateFields fields;
  (void)made->match(bytes.substr(0, 512), fields);
  (void)made->match(bytes.substr(std::min(first.size() + 1, bytes.size())).substr(0, 512), fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  void const* const bytes = data;
  std::string_view const all(static_cast<char const*>(bytes), size);
  text(all, false);
  text(all, true);
  messages(all);
  templates(all);
  (void)marker_bytes(all.substr(0, 64));
  (void)FeedSource::parse(all.substr(0, 64));
  return 0;
}
