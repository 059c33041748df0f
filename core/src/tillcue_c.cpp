#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "tillcue/core/engine.hpp"
#include "tillcue/tillcue.h"

namespace {

/// A bundle and the bytes it borrows, shared by the engine's handle and every sale.
struct Opened {
  std::vector<std::byte> bytes;
  std::shared_ptr<tillcue::Bundle const> bundle;
  std::unique_ptr<tillcue::Engine> engine;
  tillcue::Live live{};
  std::int32_t utc_offset_minutes = 0;
  std::uint64_t seed = 0;
  std::uint8_t channels = 0xFF;
};

}  // namespace

struct tillcue_engine {
  std::shared_ptr<Opened> opened;
};

struct tillcue_sale {
  std::shared_ptr<Opened> opened;
  tillcue::Sale sale;
  tillcue::Decision last;
  bool shown = false;
  std::vector<std::byte> rank_memory;
};

namespace {

tillcue_code code_of(tillcue::Code code) noexcept {
  switch (code) {
    case tillcue::Code::invalid:
      return TILLCUE_INVALID;
    case tillcue::Code::not_found:
      return TILLCUE_NOT_FOUND;
    case tillcue::Code::corrupt:
      return TILLCUE_CORRUPT;
    case tillcue::Code::unsupported:
      return TILLCUE_UNSUPPORTED;
    case tillcue::Code::rejected:
      return TILLCUE_REJECTED;
    case tillcue::Code::io:
    case tillcue::Code::timeout:
    case tillcue::Code::busy:
      return TILLCUE_INTERNAL;  // core does none of these
  }
  return TILLCUE_INTERNAL;
}

/// Copies what fits, ended by 0, never half a character.
void copy_text(std::string_view text, char* buffer, std::size_t capacity) noexcept {
  if (buffer == nullptr || capacity == 0) return;
  auto size = std::min(text.size(), capacity - 1);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  if (size > 0) std::memcpy(buffer, text.data(), size);
  buffer[size] = '\0';
}

tillcue_code report(tillcue_error* error, tillcue_code code, std::string_view text) noexcept {
  if (error != nullptr) {
    error->code = code;
    copy_text(text, error->text, sizeof error->text);
  }
  return code;
}

/// Runs `body` and turns whatever it throws into a code: nothing crosses the border.
template <class Body>
tillcue_code guarded(tillcue_error* error, Body body) noexcept {
  try {
    return body();
  } catch (std::bad_alloc const&) {
    return report(error, TILLCUE_NO_MEMORY, "out of memory");
  } catch (std::exception const& e) {
    return report(error, TILLCUE_INTERNAL, e.what());
  } catch (...) {
    return report(error, TILLCUE_INTERNAL, "unknown exception");
  }
}

tillcue_string string_of(std::string_view text) noexcept { return {text.data(), text.size()}; }

tillcue::Timestamp time_of(std::int64_t milliseconds) noexcept {
  return tillcue::Timestamp{std::chrono::milliseconds{milliseconds}};
}

bool is_identifier(char const* text) noexcept {
  return text != nullptr && text[0] != '\0' && std::strlen(text) <= tillcue::kMaxIdentifier;
}

bool is_short(char const* text) noexcept { return text == nullptr || std::strlen(text) <= tillcue::kMaxIdentifier; }

std::string text_or_empty(char const* text) { return text == nullptr ? std::string() : std::string(text); }

bool anything_shown(tillcue::Sale const& sale) noexcept {
  return std::any_of(sale.shown.begin(), sale.shown.end(),
                     [](auto const& shown) { return shown.offer.kind != tillcue::OfferKind::notice; });
}

tillcue_offer offer_of(tillcue::Bundle const& bundle, tillcue::Offer const& offer) noexcept {
  tillcue_offer out{};
  out.number = offer.number;
  out.item = tillcue::index(offer.item);
  out.kind = static_cast<tillcue_kind>(offer.kind);
  out.reason = static_cast<tillcue_reason>(offer.reason.code);
  out.trigger = tillcue::index(offer.reason.trigger);
  out.probability_ppm = offer.probability.ppm;
  out.price = offer.price.minor;
  out.discount = static_cast<tillcue_discount>(offer.discount);
  out.discount_value = offer.discount_value;
  out.type = static_cast<tillcue_type>(offer.type);
  for (std::size_t n = 0; n < offer.more.size(); ++n) out.more[n] = tillcue::index(offer.more[n]);
  out.reason_amount = offer.reason.amount;
  if (offer.campaign != tillcue::Offer::kNoCampaign) {
    auto const campaign = bundle.campaign(offer.campaign);
    out.campaign = string_of(campaign.id);
    out.terms = string_of(campaign.terms);
    out.valid_days = campaign.valid_days;
  }
  return out;
}

std::string text_of(tillcue::Bundle const& bundle, tillcue::Offer const& offer, tillcue_text what,
                    std::string_view language) {
  switch (what) {
    case TILLCUE_SCRIPT:
      return tillcue::script(bundle, offer, language);
    case TILLCUE_REASON:
      return tillcue::reason(bundle, offer, language);
    case TILLCUE_HEADLINE:
      return tillcue::headline(bundle, offer, language);
  }
  return {};
}

static_assert(static_cast<int>(tillcue::Silence::no_channel) == TILLCUE_NO_CHANNEL);
static_assert(static_cast<int>(tillcue::OfferType::notice) == TILLCUE_TYPE_NOTICE);
static_assert(static_cast<int>(tillcue::Stage::tender) == TILLCUE_TENDER);
static_assert(static_cast<int>(tillcue::Response::ignored) == TILLCUE_IGNORED);
static_assert(static_cast<int>(tillcue::DiscountKind::price) == TILLCUE_PRICE);
static_assert(static_cast<int>(tillcue::ReasonCode::popular) == TILLCUE_POPULAR);
static_assert(static_cast<int>(tillcue::ReasonCode::thanks) == TILLCUE_THANKS);
static_assert(static_cast<int>(tillcue::OfferKind::notice) == TILLCUE_NOTICE);

}  // namespace

char const* tillcue_version(void) { return TILLCUE_VERSION; }

tillcue_code tillcue_engine_open(void const* bytes, std::size_t size, tillcue_engine** engine, tillcue_error* error) {
  if (bytes == nullptr || engine == nullptr) return report(error, TILLCUE_INVALID, "bytes and engine must not be null");
  *engine = nullptr;
  return guarded(error, [&] {
    auto opened = std::make_shared<Opened>();
    auto const* first = static_cast<std::byte const*>(bytes);
    opened->bytes.assign(first, first + size);
    auto bundle = tillcue::Bundle::from_bytes(opened->bytes);
    if (!bundle) return report(error, code_of(bundle.error().code), bundle.error().what);
    opened->bundle = std::make_shared<tillcue::Bundle const>(*bundle);
    opened->engine = std::make_unique<tillcue::Engine>(opened->bundle);
    opened->live.use(*opened->bundle);
    *engine = new tillcue_engine{std::move(opened)};
    return TILLCUE_OK;
  });
}

void tillcue_engine_close(tillcue_engine* engine) { delete engine; }

std::uint32_t tillcue_item_count(tillcue_engine const* engine) {
  return engine == nullptr ? 0 : engine->opened->bundle->item_count();
}

tillcue_string tillcue_currency(tillcue_engine const* engine, int* digits) {
  if (engine == nullptr) return {"", 0};
  auto const& currency = engine->opened->bundle->info().currency;
  if (digits != nullptr) *digits = currency.digits;
  return string_of(currency.text());
}

std::uint32_t tillcue_find(tillcue_engine const* engine, char const* code) {
  if (engine == nullptr || code == nullptr) return TILLCUE_NO_ITEM;
  return tillcue::index(engine->opened->bundle->find(code));
}

tillcue_code tillcue_get_item(tillcue_engine const* engine, std::uint32_t item, tillcue_item* out) {
  if (engine == nullptr || out == nullptr) return TILLCUE_INVALID;
  if (item >= engine->opened->bundle->item_count()) return TILLCUE_NOT_FOUND;
  auto const view = engine->opened->bundle->item(tillcue::ItemIx{item});
  *out = {string_of(view.sku), string_of(view.name), string_of(view.category),
          view.price ? view.price->minor : TILLCUE_NO_PRICE};
  return TILLCUE_OK;
}

tillcue_code tillcue_sale_begin(tillcue_engine* engine, char const* id, std::int64_t now, tillcue_sale** sale,
                                tillcue_error* error) {
  if (engine == nullptr || sale == nullptr) return report(error, TILLCUE_INVALID, "engine and sale must not be null");
  *sale = nullptr;
  if (!is_identifier(id)) return report(error, TILLCUE_INVALID, "sale id must have 1 to 64 bytes");
  return guarded(error, [&] {
    auto begun = std::make_unique<tillcue_sale>();
    begun->opened = engine->opened;
    begun->sale.id = tillcue::SaleId{id};
    begun->sale.begun = time_of(now);
    begun->sale.arm = engine->opened->engine->arm_of(begun->sale.id);
    *sale = begun.release();
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_engine_place(tillcue_engine* engine, char const* store, char const* group, char const* terminal,
                                  tillcue_error* error) {
  if (engine == nullptr) return report(error, TILLCUE_INVALID, "engine must not be null");
  if (!is_short(store) || !is_short(group) || !is_short(terminal)) {
    return report(error, TILLCUE_INVALID, "store, group and terminal must have at most 64 bytes");
  }
  return guarded(error, [&] {
    tillcue::Place place{text_or_empty(store), text_or_empty(group), text_or_empty(terminal)};
    auto& opened = *engine->opened;
    opened.engine = std::make_unique<tillcue::Engine>(opened.bundle, std::move(place));
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_engine_circumstances(tillcue_engine* engine, std::int32_t utc_offset_minutes, std::uint64_t seed,
                                          std::uint8_t channels) {
  if (engine == nullptr || utc_offset_minutes < -24 * 60 || utc_offset_minutes > 24 * 60) return TILLCUE_INVALID;
  engine->opened->utc_offset_minutes = utc_offset_minutes;
  engine->opened->seed = seed;
  engine->opened->channels = channels;
  return TILLCUE_OK;
}

tillcue_code tillcue_live_stop(tillcue_engine* engine, char const* campaign, int stopped) {
  if (engine == nullptr || (campaign != nullptr && !is_identifier(campaign))) return TILLCUE_INVALID;
  return guarded(nullptr, [&] {
    engine->opened->live.stop(campaign == nullptr ? "" : campaign, stopped != 0);
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_live_grant(tillcue_engine* engine, char const* name, std::int64_t minor, std::int64_t issues) {
  constexpr std::size_t kPartner = 8;  // "partner:"
  bool const named = name != nullptr && name[0] != '\0' && std::strlen(name) <= tillcue::kMaxIdentifier + kPartner;
  if (engine == nullptr || !named || minor < 0 || issues < 0) return TILLCUE_INVALID;
  return guarded(nullptr, [&] {
    engine->opened->live.grant(name, {minor, issues});
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_live_stock(tillcue_engine* engine, char const* code, int available) {
  if (engine == nullptr || !is_identifier(code)) return TILLCUE_INVALID;
  return guarded(nullptr, [&] {
    engine->opened->live.out_of_stock(code, available == 0);
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_sale_customer(tillcue_sale* sale, char const* customer, std::uint16_t visits, char const* segment,
                                   int no_paper, tillcue_error* error) {
  if (sale == nullptr) return report(error, TILLCUE_INVALID, "sale must not be null");
  if (!is_short(customer) || !is_short(segment)) {
    return report(error, TILLCUE_INVALID, "customer and segment must have at most 64 bytes");
  }
  return guarded(error, [&] {
    auto& known = sale->sale;
    known.customer = tillcue::CustomerId{text_or_empty(customer)};
    known.shopper = {};
    known.shopper.visits = visits;
    known.shopper.segment = text_or_empty(segment);
    known.shopper.no_paper = no_paper != 0;
    if (!anything_shown(known)) known.arm = sale->opened->engine->arm_of(known.id, known.customer);
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_sale_usual(tillcue_sale* sale, char const* code, std::uint32_t share_ppm) {
  constexpr std::size_t kMost = 32;
  if (sale == nullptr || !is_identifier(code) || share_ppm > 1'000'000) return TILLCUE_INVALID;
  if (sale->sale.shopper.usual.size() >= kMost) return TILLCUE_REJECTED;
  return guarded(nullptr, [&] {
    sale->sale.shopper.usual.push_back({tillcue::Sku{code}, sale->opened->bundle->find(code), {share_ppm}});
    return TILLCUE_OK;
  });
}

void tillcue_sale_end(tillcue_sale* sale) { delete sale; }

int tillcue_sale_is_held_out(tillcue_sale const* sale) {
  return sale != nullptr && sale->sale.arm == tillcue::Arm::holdout ? 1 : 0;
}

tillcue_code tillcue_sale_put(tillcue_sale* sale, std::uint32_t line, char const* code, std::int64_t quantity_milli,
                              std::int64_t unit_price, tillcue_error* error) {
  if (sale == nullptr) return report(error, TILLCUE_INVALID, "sale must not be null");
  if (!is_identifier(code)) return report(error, TILLCUE_INVALID, "code must have 1 to 64 bytes");
  return guarded(error, [&] {
    auto const& bundle = *sale->opened->bundle;
    tillcue::BasketLine added;
    added.line = tillcue::LineNo{line};
    added.sku = tillcue::Sku{code};
    added.item = bundle.find(code);
    added.quantity = {quantity_milli};
    if (unit_price != TILLCUE_NO_PRICE) added.unit_price = {unit_price, bundle.info().currency};
    auto const put = sale->sale.basket.put(std::move(added));
    return put ? TILLCUE_OK : report(error, code_of(put.error().code), put.error().what);
  });
}

tillcue_code tillcue_sale_remove(tillcue_sale* sale, std::uint32_t line) {
  if (sale == nullptr) return TILLCUE_INVALID;
  return sale->sale.basket.remove(tillcue::LineNo{line}) ? TILLCUE_OK : TILLCUE_NOT_FOUND;
}

tillcue_code tillcue_sale_decide(tillcue_sale* sale, tillcue_stage stage, std::int64_t now, tillcue_decision* out) {
  if (sale == nullptr || out == nullptr || stage < TILLCUE_SCAN || stage > TILLCUE_TENDER) return TILLCUE_INVALID;
  auto& opened = *sale->opened;
  sale->last = opened.engine->decide(sale->sale, static_cast<tillcue::Stage>(stage),
                                     {time_of(now), opened.utc_offset_minutes, opened.seed,
                                      opened.live.all_stopped() ? std::uint8_t{0} : opened.channels, &opened.live});
  sale->shown = false;
  *out = {};
  out->silence = static_cast<tillcue_silence>(sale->last.silence);
  out->offer_count = sale->last.offer_count;
  out->explored = sale->last.explored ? 1 : 0;
  out->propensity_ppm = sale->last.propensity_ppm;
  for (std::size_t n = 0; n < sale->last.offer_count; ++n) {
    out->offers[n] = offer_of(*opened.bundle, sale->last.offers[n]);
  }
  return TILLCUE_OK;
}

tillcue_code tillcue_sale_show(tillcue_sale* sale) {
  if (sale == nullptr) return TILLCUE_INVALID;
  if (sale->last.offer_count == 0 && sale->last.silence != tillcue::Silence::holdout) return TILLCUE_NOT_FOUND;
  if (sale->shown) return TILLCUE_REJECTED;
  return guarded(nullptr, [&] {
    auto const* const shown = tillcue::remember(sale->sale, sale->last);
    sale->shown = true;
    if (shown != nullptr && shown->campaign != tillcue::Offer::kNoCampaign) {
      sale->opened->live.spend(shown->campaign, sale->last.cost_minor);
    }
    return TILLCUE_OK;
  });
}

tillcue_code tillcue_sale_answer(tillcue_sale* sale, std::uint32_t number, tillcue_response response) {
  if (sale == nullptr || response < TILLCUE_NO_RESPONSE || response > TILLCUE_IGNORED) return TILLCUE_INVALID;
  for (auto& shown : sale->sale.shown) {
    if (shown.offer.number != number || shown.withheld) continue;
    shown.response = static_cast<tillcue::Response>(response);
    return TILLCUE_OK;
  }
  return TILLCUE_NOT_FOUND;
}

std::size_t tillcue_sale_rank(tillcue_sale* sale, tillcue_suggestion* out, std::size_t capacity) {
  if (sale == nullptr || out == nullptr) return 0;
  std::size_t count = 0;
  auto const code = guarded(nullptr, [&] {
    auto const& bundle = *sale->opened->bundle;
    // A memory of its own, so that the engine's stays on the basket it decides about.
    sale->rank_memory.resize(tillcue::Scorer::memory_needed(bundle));
    tillcue::Scorer scorer(bundle, sale->rank_memory);
    std::vector<tillcue::ItemIx> basket;
    for (auto const& line : sale->sale.basket.lines()) {
      if (line.item != tillcue::kNoItem && line.quantity.milli > 0) basket.push_back(line.item);
    }
    std::vector<tillcue::Suggestion> ranked(std::min(capacity, tillcue::kMaxRank));
    count = tillcue::rank(bundle, scorer, basket, ranked);
    for (std::size_t n = 0; n < count; ++n) {
      auto const& r = ranked[n];
      out[n] = {tillcue::index(r.item), r.score, r.probability.ppm, static_cast<tillcue_reason>(r.reason.code),
                tillcue::index(r.reason.trigger)};
    }
    return TILLCUE_OK;
  });
  return code == TILLCUE_OK ? count : 0;
}

std::size_t tillcue_sale_text(tillcue_sale const* sale, std::size_t n, tillcue_text what, char const* language,
                              char* buffer, std::size_t capacity) {
  copy_text({}, buffer, capacity);
  if (sale == nullptr || language == nullptr || n >= sale->last.offer_count) return 0;
  std::size_t size = 0;
  guarded(nullptr, [&] {
    auto const text = text_of(*sale->opened->bundle, sale->last.offers[n], what, language);
    copy_text(text, buffer, capacity);
    size = text.size();
    return TILLCUE_OK;
  });
  return size;
}
