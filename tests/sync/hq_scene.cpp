#include "hq_scene.hpp"

#include <sstream>
#include <stdexcept>

namespace tillcue::sync::hq_test {

Outcome decision(std::string const& sale, std::uint32_t offer, std::string const& item, std::uint32_t ppm) {
  DecisionMade made;
  made.sale = SaleId{sale};
  made.number = offer;
  made.offer = offer;
  made.eligible = {Sku{item}, Sku{"other"}};
  made.item = Sku{item};
  made.probability = {ppm};
  made.reason = ReasonCode::bought_together;
  made.trigger = Sku{"bread"};
  made.release = 3;
  made.micros = 10 * offer;
  return {at(10), made};
}

Outcome silent_decision(std::string const& sale, Arm arm, Silence why) {
  DecisionMade made;
  made.sale = SaleId{sale};
  made.arm = arm;
  made.silence = why;
  return {at(11), made};
}

Outcome answer(std::string const& sale, std::uint32_t offer, Response response, bool bought) {
  return {at(20), OfferAnswered{SaleId{sale}, offer, response, bought}};
}

Outcome coupon(std::string const& sale, PrintFate fate, std::string const& why) {
  CouponIssued issued;
  issued.sale = SaleId{sale};
  issued.offer = 9;
  issued.serial = "S-" + sale;
  issued.item = Sku{"jam"};
  issued.campaign = "autumn";
  issued.discount = DiscountKind::percent;
  issued.value = 20;
  issued.valid_until = 1'791'000'000;
  issued.fate = fate;
  issued.why = why;
  return {at(30), issued};
}

Outcome closed(std::string const& sale, Arm arm, std::int64_t total, std::uint32_t hints, std::uint32_t accepted,
               SaleEnd end) {
  SaleClosed done;
  done.sale = SaleId{sale};
  done.end = end;
  done.arm = arm;
  done.begun = at(5);
  done.total = {total, kEuro};
  done.lines = {{Sku{"bread"}, {1'000}, {total, kEuro}}};
  done.hints = hints;
  done.accepted = accepted;
  return {at(40), done};
}

Batch batch(std::string const& terminal, std::uint64_t first, std::vector<Outcome> const& outcomes, Epoch epoch) {
  Batch made{TerminalId{terminal}, epoch, first, {}};
  for (auto const& outcome : outcomes) {
    auto event = encode_event(outcome);
    if (!event) throw std::runtime_error(event.error().what);
    made.events.push_back(std::move(*event));
  }
  return made;
}

Batch plain_batch(std::string const& terminal, std::uint64_t first, std::size_t count, Epoch epoch) {
  std::vector<Outcome> outcomes;
  for (std::uint64_t n = first; n < first + count; ++n) {
    outcomes.push_back(answer("S" + std::to_string(n), 1, Response::declined, false));
  }
  return batch(terminal, first, outcomes, epoch);
}

std::int64_t ask(std::filesystem::path const& db, std::string const& sql) {
  auto reader = open_hq_reader(db);
  if (!reader) throw std::runtime_error(reader.error().what);
  auto statement = reader->prepare(sql);
  if (!statement) throw std::runtime_error(statement.error().what);
  return statement->step().value_or(false) ? statement->integer(0) : -1;
}

std::string ask_text(std::filesystem::path const& db, std::string const& sql) {
  auto reader = open_hq_reader(db);
  if (!reader) throw std::runtime_error(reader.error().what);
  auto statement = reader->prepare(sql);
  if (!statement) throw std::runtime_error(statement.error().what);
  std::string out;
  while (statement->step().value_or(false)) out += (out.empty() ? "" : "|") + std::string{statement->text(0)};
  return out;
}

Hq::Hq(std::chrono::milliseconds patience)
    : inbox(*Inbox::open(db, patience)),
      shelf(*BundleShelf::open(folder / "bundles")),
      collector("demo", {link, inbox, key, ring, counters, &shelf,
                         [this](LogLevel, std::string_view line) { log.emplace_back(line); }, [this] { return now; }}) {
  ring.pin(key.public_key());
  link.start(collector.events());
  link.connect();
}

Ack Hq::last_ack() const {
  if (link.published.empty()) throw std::runtime_error("nothing was published");
  auto const ack = unseal(ring, link.published.back().payload, kMaxAckEnvelope).and_then(decode_ack);
  if (!ack) throw std::runtime_error(ack.error().what);
  return *ack;
}

std::string Hq::log_text() const {
  std::string out;
  for (auto const& line : log) out += line + "\n";
  return out;
}

Report report_of(Hq const& hq, ReportOptions const& options) {
  auto db = open_hq_reader(hq.db);
  if (!db) throw std::runtime_error(db.error().what);
  auto report = make_report(*db, options);
  if (!report) throw std::runtime_error(report.error().what);
  return *report;
}

std::string unwrapped(std::string const& text) {
  std::istringstream words{text};
  std::string out;
  for (std::string word; words >> word;) out += word + ' ';
  return out;
}

}  // namespace tillcue::sync::hq_test
