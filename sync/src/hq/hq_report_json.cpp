#include <nlohmann/json.hpp>

#include "tillcue/sync/hq_report.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::ordered_json;

Json arm(Report::Arm const& arm) {
  return {{"finished", arm.finished},
          {"voided", arm.voided},
          {"abandoned", arm.abandoned},
          {"lines_per_sale", arm.lines.mean()}};
}

Json moments(Moments const& m) { return {{"sales", m.count()}, {"mean", m.mean()}, {"variance", m.variance()}}; }

Json impact(Report::Impact const& impact) {
  Json out{{"currency", impact.currency.text()},
           {"digits", impact.currency.digits},
           {"treated", moments(impact.treated)},
           {"holdout", moments(impact.holdout)},
           {"method", "stratified_t_95_fixed_horizon"},
           {"compared",
            {{"strata", impact.compared.strata},
             {"treated", impact.compared.treated},
             {"holdout", impact.compared.holdout},
             {"drawn_treated", impact.compared.drawn_treated},
             {"drawn_holdout", impact.compared.drawn_holdout},
             {"holdout_mean", impact.compared.holdout_mean},
             {"known_by_sums", impact.summed}}},
           {"enough", impact.enough()},
           {"difference", nullptr}};
  if (auto const& d = impact.compared.difference) {
    out["difference"] = {{"mean", d->difference}, {"low", d->low}, {"high", d->high}, {"clear", d->clear()}};
  }
  return out;
}

Json answers(Report::Answers const& a) {
  return {{"shown", a.shown},     {"accepted", a.accepted},     {"declined", a.declined},
          {"ignored", a.ignored}, {"unanswered", a.unanswered}, {"bought", a.bought}};
}

Json offers(Report const& report, ItemNames const& names) {
  auto list = Json::array();
  for (auto const& offer : report.offers) {
    auto one = answers(offer.answers);
    one["sku"] = offer.item;
    auto const name = names.find(offer.item);
    if (name != names.end()) one["name"] = name->second;
    one["predicted"] = offer.predicted;
    list.push_back(std::move(one));
  }
  return list;
}

Json kinds(Report const& report) {
  auto list = Json::array();
  for (auto const& kind : report.kinds) {
    auto one = answers(kind.answers);
    one["type"] = kind.type;
    one["reason"] = kind.reason;
    list.push_back(std::move(one));
  }
  return list;
}

Json shifts(Report const& report) {
  auto list = Json::array();
  for (auto const& shift : report.shifts) {
    list.push_back({{"terminal", shift.terminal},
                    {"begins_minute", shift.begins},
                    {"shown", shift.answers.shown},
                    {"accepted", shift.answers.accepted},
                    {"declined", shift.answers.declined},
                    {"ignored", shift.answers.ignored},
                    {"unanswered", shift.answers.unanswered}});
  }
  return list;
}

Json tills(Report const& report) {
  auto list = Json::array();
  for (auto const& till : report.tills) {
    list.push_back({{"terminal", till.terminal},
                    {"sales", till.sales},
                    {"treated", till.treated},
                    {"without_bundle", till.without_bundle},
                    {"hinted", till.hinted},
                    {"accepted", till.accepted},
                    {"last_event", till.last_event}});
  }
  return list;
}

Json gaps(Report const& report) {
  auto list = Json::array();
  for (auto const& gap : report.gaps) {
    list.push_back({{"terminal", gap.terminal},
                    {"epoch", to_text(static_cast<Epoch>(gap.epoch))},
                    {"first", gap.first},
                    {"last", gap.last}});
  }
  return list;
}

Json alarms(Report const& report) {
  auto list = Json::array();
  for (auto const& alarm : report.alarms) {
    list.push_back({{"kind", alarm.kind},
                    {"terminal", alarm.terminal},
                    {"seq", alarm.seq},
                    {"times", alarm.times},
                    {"last_at", alarm.last_at},
                    {"detail", alarm.detail}});
  }
  return list;
}

}  // namespace

std::string to_json(Report const& report, ItemNames const& names) {
  Json out{{"from", report.from}, {"to", report.to}, {"events", report.events}};
  out["sales"] = {{"treated", arm(report.treated)},
                  {"holdout", arm(report.holdout)},
                  {"without_bundle", report.without_bundle},
                  {"hinted", report.hinted_sales},
                  {"accepted", report.accepted_sales}};
  out["impact"] = Json::array();
  for (auto const& one : report.impact) out["impact"].push_back(impact(one));
  out["suggestions"] = answers(report.answers);
  out["decisions"] = {
      {"count", report.decisions}, {"micros_p50", report.decision_p50}, {"micros_p99", report.decision_p99}};
  out["coupons"] = {{"printed", report.coupons.printed},
                    {"unconfirmed", report.coupons.unconfirmed},
                    {"dropped", report.coupons.dropped}};
  out["offers"] = offers(report, names);
  out["by_type_and_reason"] = kinds(report);
  out["notices"] = report.notices;
  out["tills"] = tills(report);
  out["shifts"] = shifts(report);
  out["gaps"] = gaps(report);
  out["thinned"] = report.thinned;
  out["lost"] = report.lost;
  out["alarms"] = {{"count", report.alarm_count}, {"latest", alarms(report)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tillcue::sync
