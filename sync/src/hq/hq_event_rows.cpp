#include "hq_event_rows.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "hq_rows.hpp"
#include "wire/event_names.hpp"

namespace tillcue::sync {
namespace {

constexpr std::string_view kSale =
    "INSERT INTO sales(event,stream,sale,at,begun,ending,arm,customer,total,currency,digits,line_count,hints,accepted,"
    "coupons,release,decided) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)";
constexpr std::string_view kLine = "INSERT INTO sale_lines(event,line,sku,quantity,unit_price) VALUES(?1,?2,?3,?4,?5)";
constexpr std::string_view kDecision =
    "INSERT INTO decisions(event,stream,sale,number,offer,at,stage,arm,silence,eligible,item,probability,propensity,"
    "reason,cause,campaign,release,micros,type,explored) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,"
    "?17,?18,?19,?20)";
constexpr std::string_view kAnswer =
    "INSERT INTO answers(event,stream,sale,offer,at,response,bought) VALUES(?1,?2,?3,?4,?5,?6,?7)";
constexpr std::string_view kCoupon =
    "INSERT INTO coupons(event,stream,sale,offer,at,serial,item,campaign,discount,value,valid_until,fate,why) "
    "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)";

template <class Enum, std::size_t N>
std::string_view newer_word(NewerWords const& newer, std::string_view field, std::string_view const (&words)[N],
                            Enum value) {
  auto const strange = newer.find(field);
  return strange == newer.end() ? word(words, value) : std::string_view{strange->second};
}

std::string eligible_text(std::vector<Sku> const& eligible) {
  auto list = nlohmann::json::array();
  for (auto const& sku : eligible) list.push_back(sku.value);
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

EventRows::EventRows(Statement sale, Statement line, Statement decision, Statement answer, Statement coupon)
    : sale_(std::move(sale)),
      line_(std::move(line)),
      decision_(std::move(decision)),
      answer_(std::move(answer)),
      coupon_(std::move(coupon)) {}

Result<EventRows> EventRows::prepare(Database& db) {
  auto sale = db.prepare(kSale);
  auto line = db.prepare(kLine);
  auto decision = db.prepare(kDecision);
  auto answer = db.prepare(kAnswer);
  auto coupon = db.prepare(kCoupon);
  for (auto const* statement : {&sale, &line, &decision, &answer, &coupon}) {
    if (!*statement) return tl::unexpected{statement->error()};
  }
  return EventRows{std::move(*sale), std::move(*line), std::move(*decision), std::move(*answer), std::move(*coupon)};
}

Result<void> EventRows::write(std::int64_t event, std::int64_t stream, Outcome const& outcome,
                              NewerWords const& newer) {
  Key const key{event, stream, outcome.at.time_since_epoch().count()};
  return std::visit([&](auto const& what) { return write_one(key, what, newer); }, outcome.what);
}

Result<void> EventRows::write_one(Key key, DecisionMade const& decision, NewerWords const& newer) {
  decision_.bind(1, key.event).bind(2, key.stream).bind(3, decision.sale.value).bind(4, integer(decision.number));
  decision_.bind(5, integer(decision.offer))
      .bind(6, key.at)
      .bind(7, word(kStages, decision.stage))
      .bind(8, word(kArms, decision.arm));
  decision_.bind(9, newer_word(newer, "silence", kSilences, decision.silence))
      .bind(10, eligible_text(decision.eligible))
      .bind(11, decision.item.value);
  decision_.bind(12, integer(decision.probability.ppm)).bind(13, integer(decision.propensity_ppm));
  decision_.bind(14, newer_word(newer, "why", kReasons, decision.reason))
      .bind(15, decision.trigger.value)
      .bind(16, decision.campaign);
  decision_.bind(17, integer(decision.release)).bind(18, integer(decision.micros));
  decision_.bind(19, newer_word(newer, "type", kTypes, decision.type)).bind(20, std::int64_t{decision.explored});
  return decision_.run();
}

Result<void> EventRows::write_one(Key key, OfferAnswered const& answer, NewerWords const& newer) {
  answer_.bind(1, key.event).bind(2, key.stream).bind(3, answer.sale.value).bind(4, integer(answer.offer));
  answer_.bind(5, key.at)
      .bind(6, newer_word(newer, "response", kResponses, answer.response))
      .bind(7, std::int64_t{answer.bought});
  return answer_.run();
}

Result<void> EventRows::write_one(Key key, CouponIssued const& coupon, NewerWords const& newer) {
  coupon_.bind(1, key.event).bind(2, key.stream).bind(3, coupon.sale.value).bind(4, integer(coupon.offer));
  coupon_.bind(5, key.at).bind(6, coupon.serial).bind(7, coupon.item.value).bind(8, coupon.campaign);
  coupon_.bind(9, newer_word(newer, "discount", kDiscounts, coupon.discount))
      .bind(10, coupon.value)
      .bind(11, coupon.valid_until);
  coupon_.bind(12, word(kFates, coupon.fate)).bind(13, coupon.why);
  return coupon_.run();
}

Result<void> EventRows::write_one(Key key, SaleClosed const& sale, NewerWords const&) {
  sale_.bind(1, key.event).bind(2, key.stream).bind(3, sale.sale.value).bind(4, key.at);
  sale_.bind(5, std::int64_t{sale.begun.time_since_epoch().count()})
      .bind(6, word(kEnds, sale.end))
      .bind(7, word(kArms, sale.arm));
  sale_.bind(8, sale.customer).bind(9, sale.total.minor).bind(10, sale.total.currency.text());
  sale_.bind(11, integer(sale.total.currency.digits)).bind(12, integer(sale.lines.size()));
  sale_.bind(13, integer(sale.hints)).bind(14, integer(sale.accepted)).bind(15, integer(sale.coupons));
  sale_.bind(16, integer(sale.release)).bind(17, std::int64_t{sale.decided});
  if (auto done = sale_.run(); !done) return done;

  std::int64_t number = 0;
  for (auto const& line : sale.lines) {
    line_.bind(1, key.event).bind(2, ++number).bind(3, line.sku.value).bind(4, line.quantity.milli);
    line_.bind(5, line.unit_price.minor);
    if (auto done = line_.run(); !done) return done;
  }
  return {};
}

}  // namespace tillcue::sync
