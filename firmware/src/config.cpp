#include "tillcue/firmware/config.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include <nlohmann/json.hpp>

#include "config_values.hpp"
#include "display_settings.hpp"
#include "feed_settings.hpp"
#include "json_lines.hpp"
#include "listening_places.hpp"
#include "printer_settings.hpp"

namespace tillcue::terminal {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxConfigBytes = 256 * 1024;
constexpr std::size_t kMaxSocketPath = 107;

/// One setting: where it stands, whether it must be there, and how it is read.
struct Field {
  std::string_view path;
  bool required;
  Complaint (*read)(Config&, Json const&);
};

PrinterConfig& printer(Config& config) { return config.printer ? *config.printer : config.printer.emplace(); }
tillcue::pos::NativeWebOptions& web(Config& config) {
  return config.pos_web ? *config.pos_web : config.pos_web.emplace();
}
ProxyConfig& proxy(Config& config) { return config.proxy ? *config.proxy : config.proxy.emplace(); }
/// A file, or "learn"; a file of that name is "./learn".
Complaint read_layout(Json const& value, ProxyConfig& proxy) {
  proxy.learn_layout = value == "learn";
  return proxy.learn_layout ? Complaint{} : read_path(value, proxy.layout);
}
CustomerDisplayConfig& customer_display(Config& config) {
  return config.customer_display ? *config.customer_display : config.customer_display.emplace();
}
DisplayConfig& display(Config& config) { return config.display ? *config.display : config.display.emplace(); }
SyncConfig& sync(Config& config) { return config.sync ? *config.sync : config.sync.emplace(); }

/// "required" holds inside an optional group only when the group is there.
constexpr Field kFields[] = {
    {"terminal", true, [](Config& c, Json const& v) { return read_terminal(v, c.terminal.value); }},
    {"store.id", true, [](Config& c, Json const& v) { return read_name(v, c.store.id); }},
    {"store.name", true, [](Config& c, Json const& v) { return read_text(v, c.store.name, 64); }},
    {"store.chain", true, [](Config& c, Json const& v) { return read_name(v, c.store.chain); }},
    {"store.currency", true, [](Config& c, Json const& v) { return read_currency(v, c.store.currency); }},
    {"store.language", false, [](Config& c, Json const& v) { return read_language(v, c.store.language); }},
    {"store.group", false, [](Config& c, Json const& v) { return read_name(v, c.store.group); }},
    {"data_dir", true, [](Config& c, Json const& v) { return read_path(v, c.data_dir); }},
    {"bundle", false, [](Config& c, Json const& v) { return read_optional_path(v, c.bundle); }},
    {"learned_stock", false, [](Config& c, Json const& v) { return read_flag(v, c.learned_stock); }},
    {"live", false, [](Config& c, Json const& v) { return read_path(v, c.live); }},
    {"secret", false, [](Config& c, Json const& v) { return read_optional_path(v, c.secret); }},
    {"pos.listen", false, [](Config& c, Json const& v) { return read_listen(v, c.pos); }},
    {"pos.unix", false, [](Config& c, Json const& v) { return read_path(v, c.pos_unix); }},
    {"pos.websocket", false,
     [](Config& c, Json const& v) {
       Address address;
       auto complaint = read_listen(v, address);
       web(c).host = address.host;
       web(c).port = address.port;
       return complaint;
     }},
    {"pos.origins", false, [](Config& c, Json const& v) { return read_origins(v, web(c).origins); }},
    {"screen.listen", false, [](Config& c, Json const& v) { return read_listen(v, c.screen); }},
    {"screen.hint_ms", false, [](Config& c, Json const& v) { return read_milliseconds(v, c.hint_lifetime); }},
    {"screen.parents", false, [](Config& c, Json const& v) { return read_origins(v, c.page.parents); }},
    {"screen.accept_key", false, [](Config& c, Json const& v) { return read_key(v, c.page.accept_key); }},
    {"screen.decline_key", false, [](Config& c, Json const& v) { return read_key(v, c.page.decline_key); }},
    {"screen.theme", false, [](Config& c, Json const& v) { return read_optional_path(v, c.page.theme); }},
    {"printer.address", false, [](Config& c, Json const& v) { return read_peer(v, printer(c).address); }},
    {"printer.device", false, [](Config& c, Json const& v) { return read_text(v, printer(c).device, 4096); }},
    {"printer.baud", false, [](Config& c, Json const& v) { return read_baud(v, printer(c).serial); }},
    {"printer.flow", false, [](Config& c, Json const& v) { return read_flow(v, printer(c).serial); }},
    {"printer.auto_status", false, [](Config& c, Json const& v) { return read_flag(v, printer(c).auto_status); }},
    {"printer.profile", false, [](Config& c, Json const& v) { return read_profile(v, printer(c)); }},
    {"printer.painter", false, [](Config& c, Json const& v) { return read_painter(v, printer(c)); }},
    {"printer.paper_mm", false,
     [](Config& c, Json const& v) { return read_millimetres(v, printer(c).paper_mm, 60, 600); }},
    {"printer.paper_mm_day", false,
     [](Config& c, Json const& v) { return read_millimetres(v, printer(c).paper_mm_day, 0, 1'000'000); }},
    {"printer.code_page", false, [](Config& c, Json const& v) { return read_code_page(v, printer(c).code_page); }},
    {"printer.qr", false, [](Config& c, Json const& v) { return read_flag(v, printer(c).qr); }},
    {"customer_display.address", false,
     [](Config& c, Json const& v) { return read_peer(v, customer_display(c).address); }},
    {"customer_display.device", false,
     [](Config& c, Json const& v) { return read_text(v, customer_display(c).device, 4096); }},
    {"customer_display.baud", false, [](Config& c, Json const& v) { return read_baud(v, customer_display(c).serial); }},
    {"customer_display.flow", false, [](Config& c, Json const& v) { return read_flow(v, customer_display(c).serial); }},
    {"customer_display.mode", false,
     [](Config& c, Json const& v) { return read_mode(v, customer_display(c).profile); }},
    {"customer_display.code_table", false,
     [](Config& c, Json const& v) { return read_table(v, customer_display(c).profile); }},
    {"customer_display.select", false,
     [](Config& c, Json const& v) { return read_select(v, customer_display(c).profile); }},
    {"customer_display.resting", false,
     [](Config& c, Json const& v) { return read_resting(v, customer_display(c).resting); }},
    {"customer_display.hints", false,
     [](Config& c, Json const& v) {
       return read_choice(v, customer_display(c).hints, {"campaigns", "all"});
     }},
    {"proxy.tap", true, [](Config& c, Json const& v) { return read_tap(v, proxy(c).tap); }},
    {"proxy.layout", false, [](Config& c, Json const& v) { return read_layout(v, proxy(c)); }},
    {"proxy.quiet_ms", false, [](Config& c, Json const& v) { return read_quiet(v, proxy(c).quiet); }},
    {"proxy.same_paper", false, [](Config& c, Json const& v) { return read_flag(v, proxy(c).same_paper); }},
    {"proxy.sales", false, [](Config& c, Json const& v) { return read_flag(v, proxy(c).sales); }},
    {"display.tap", true, [](Config& c, Json const& v) { return read_tap(v, display(c).tap); }},
    {"sync.broker", true, [](Config& c, Json const& v) { return read_broker(v, sync(c).broker); }},
    {"sync.broker_preset", false, [](Config& c, Json const& v) { return read_limits(v, sync(c).broker_limits); }},
    {"sync.trusted_keys", true, [](Config& c, Json const& v) { return read_paths(v, sync(c).trusted_keys); }},
    {"sync.ca", false, [](Config& c, Json const& v) { return read_text(v, sync(c).ca, 4096); }},
    {"sync.certificate", false, [](Config& c, Json const& v) { return read_text(v, sync(c).certificate, 4096); }},
    {"sync.key", false, [](Config& c, Json const& v) { return read_text(v, sync(c).key, 4096); }},
    {"names.aliases", false, [](Config& c, Json const& v) { return read_optional_path(v, c.aliases); }},
    {"feeds.unicenta.listen", false, [](Config& c, Json const& v) { return read_tickets(v, c.feeds); }},
    {"feeds.odoo.listen", false,
     [](Config& c, Json const& v) {
       Address address;
       auto complaint = read_listen(v, address);
       odoo_of(c.feeds).host = address.host;
       odoo_of(c.feeds).port = address.port;
       return complaint;
     }},
    {"feeds.odoo.origins", false, [](Config& c, Json const& v) { return read_origins(v, odoo_of(c.feeds).origins); }},
    {"feeds.text.source", false, [](Config& c, Json const& v) { return read_text_source(v, c.feeds); }},
    {"feeds.text.start", false, [](Config& c, Json const& v) { return read_marker(v, text_of(c.feeds).start); }},
    {"feeds.text.end", false, [](Config& c, Json const& v) { return read_marker(v, text_of(c.feeds).end); }},
    {"feeds.text.line_end", false, [](Config& c, Json const& v) { return read_marker(v, text_of(c.feeds).line_end); }},
    {"feeds.text.code_page", false, [](Config& c, Json const& v) { return read_text_table(v, text_of(c.feeds)); }},
    {"feeds.text.timeout_ms", false, [](Config& c, Json const& v) { return read_silence(v, text_of(c.feeds)); }},
    {"feeds.text.width", false, [](Config& c, Json const& v) { return read_width(v, c.feeds); }},
    {"feeds.text.layout.ignored", false,
     [](Config& c, Json const& v) { return read_templates(v, layout_of(c.feeds).ignored); }},
    {"feeds.text.layout.cancelled", false,
     [](Config& c, Json const& v) { return read_templates(v, layout_of(c.feeds).cancelled); }},
    {"feeds.text.layout.closed", false,
     [](Config& c, Json const& v) { return read_templates(v, layout_of(c.feeds).closed); }},
    {"feeds.text.layout.total", false,
     [](Config& c, Json const& v) { return read_templates(v, layout_of(c.feeds).total); }},
    {"feeds.text.layout.removed", false,
     [](Config& c, Json const& v) { return read_templates(v, layout_of(c.feeds).removed); }},
    {"feeds.text.layout.item", false,
     [](Config& c, Json const& v) { return read_templates(v, layout_of(c.feeds).item); }},
    {"log_level", false,
     [](Config& c, Json const& v) { return read_choice(v, c.log_level, {"debug", "info", "warning", "error"}); }},
};

bool optional_group(std::string_view name) {
  return name == "printer" || name == "proxy" || name == "display" || name == "customer_display" || name == "sync";
}

/// The errors of one file, each with its line, all told at once.
class Report {
 public:
  Report(std::filesystem::path const& file, std::string_view text) : file_(file.string()), lines_(json_lines(text)) {}

  void add(std::string const& path, std::string const& what) {
    auto const line = lines_.find(path);
    add(path, what, line == lines_.end() ? 0 : line->second);
  }
  void add(std::string const& path, std::string const& what, int line) {
    told_.insert(path);
    text_ += (text_.empty() ? "" : "\n") + file_;
    if (line > 0) text_ += ":" + std::to_string(line);
    text_ += ": " + path + ": " + what;
  }
  [[nodiscard]] bool told(std::string_view path) const { return told_.contains(path); }
  [[nodiscard]] int line_of(std::string const& path) const { return lines_.at(path); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string const& text() const { return text_; }

 private:
  std::string file_;
  std::map<std::string, int> lines_;
  std::string text_;
  std::set<std::string, std::less<>> told_;
};

Json const* at(Json const& root, std::string_view path) {
  auto const dot = path.find('.');
  auto const it = root.is_object() ? root.find(std::string(path.substr(0, dot))) : root.end();
  if (it == root.end()) return nullptr;
  return dot == std::string_view::npos ? &*it : at(*it, path.substr(dot + 1));
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string unknown_field(std::string const& path) {
  std::string_view nearest;
  std::size_t best = 4;
  for (auto const& field : kFields) {
    if (auto const d = distance(path, field.path); d < best) {
      best = d;
      nearest = field.path;
    }
  }
  if (nearest.empty()) return "is not a known setting; take it out";
  return "is not a known setting; did you mean " + std::string(nearest) + "?";
}

void find_unknown(Json const& object, std::string const& prefix, Report& report) {
  for (auto const& [name, value] : object.items()) {
    auto const path = prefix + name;
    auto const is_field = [&](Field const& field) { return field.path == path; };
    auto const is_group = [&](Field const& field) { return field.path.substr(0, path.size() + 1) == path + "."; };
    if (std::any_of(std::begin(kFields), std::end(kFields), is_field)) continue;
    if (std::none_of(std::begin(kFields), std::end(kFields), is_group)) {
      report.add(path, unknown_field(path));
    } else if (!value.is_object()) {
      report.add(path, "must be a group in braces { }");
    } else {
      find_unknown(value, path + ".", report);
    }
  }
}

void find_repeats(std::string_view text, Report& report) {
  for (auto const& [path, line] : json_repeats(text)) {
    report.add(path, "stands in line " + std::to_string(report.line_of(path)) + " already; take one of the two out",
               line);
  }
}

void make_absolute(Config& config, std::filesystem::path const& folder) {
  auto const absolute = [&](std::filesystem::path& path) {
    if (!path.empty()) path = (folder / path).lexically_normal();
  };
  absolute(config.data_dir);
  if (config.live.empty()) config.live = config.data_dir / "live.json";
  absolute(config.live);
  if (config.bundle) absolute(*config.bundle);
  if (config.page.theme) absolute(*config.page.theme);
  absolute(config.pos_unix);
  if (config.aliases) absolute(*config.aliases);
  if (config.secret) absolute(*config.secret);
  if (config.proxy) absolute(config.proxy->layout);
  if (!config.sync) return;
  for (auto& key : config.sync->trusted_keys) absolute(key);
  for (auto* text : {&config.sync->ca, &config.sync->certificate, &config.sync->key}) {
    std::filesystem::path path = *text;
    absolute(path);
    *text = path.string();
  }
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::filesystem::path const& file) {
  if (text.size() > kMaxConfigBytes) return fail(Code::invalid, file.string() + ": larger than 256 KiB");
  auto const root = Json::parse(text, nullptr, false, true);
  if (root.is_discarded()) {
    auto const fault = json_fault(text);
    return fail(Code::invalid, file.string() + ":" + std::to_string(fault.line) + ": not valid JSON: " + fault.what);
  }
  if (!root.is_object()) return fail(Code::invalid, file.string() + ": must be one JSON object { }");

  Config config;
  Report report(file, text);
  find_repeats(text, report);
  find_unknown(root, "", report);
  for (auto const& field : kFields) {
    std::string const path(field.path);
    if (auto const* value = at(root, path)) {
      if (auto const complaint = field.read(config, *value)) report.add(path, *complaint);
    } else if (field.required) {
      auto const group = path.substr(0, path.find('.'));
      if (!optional_group(group) || root.contains(group)) report.add(path, "is missing");
    }
  }
  if (config.sync && config.sync->certificate.empty() != config.sync->key.empty()) {
    report.add("sync.certificate", "goes together with sync.key; give both or none");
  }
  if (config.page.accept_key == config.page.decline_key) {
    report.add("screen.accept_key", "and screen.decline_key are the same key; give two");
  }
  if (root.contains("printer") && root["printer"].is_object()) {
    if (auto const complaint = check_printer(printer(config), config.proxy.has_value())) {
      report.add("printer", *complaint);
    }
  }
  if (root.contains("customer_display") && root["customer_display"].is_object()) {
    if (auto const complaint = check_display(customer_display(config))) report.add("customer_display", *complaint);
  }
  if (root.contains("pos") && root["pos"].contains("origins") && !root["pos"].contains("websocket")) {
    report.add("pos.origins", "goes together with pos.websocket; say where it listens");
  }
  if (at(root, "feeds.odoo.origins") != nullptr && at(root, "feeds.odoo.listen") == nullptr) {
    report.add("feeds.odoo.origins", "goes together with feeds.odoo.listen; say where it listens");
  }
  if (config.proxy && config.display && !config.proxy->tap.empty() && config.proxy->tap == config.display->tap) {
    report.add("display.tap", "is the socket of proxy.tap; each line has a tillcue-bypass of its own: name its --tap");
  }
  // Of what could not be read nothing more is said: it is as if left out here.
  auto const told = [&, before = report](std::string_view field) { return before.told(field); };
  auto const add = [&](std::string const& field, std::string const& what) {
    if (!told(field)) report.add(field, what);
  };
  check_feeds(config.feeds, add);
  auto places = listening_places(config);
  std::erase_if(places, [&](ListeningPlace const& place) { return told(place.field); });
  check_places(places, add);
  make_absolute(config, std::filesystem::absolute(file).parent_path());
  if (config.pos_unix.native().size() > kMaxSocketPath) {
    report.add("pos.unix", "is longer than a socket's path may be (" + std::to_string(kMaxSocketPath) +
                               " bytes): " + config.pos_unix.string() + "; take a shorter one, such as in /run");
  }
  if (!report.empty()) return fail(Code::invalid, report.text());
  return config;
}

Result<Config> load_config(std::filesystem::path const& file) {
  std::string text(kMaxConfigBytes + 1, '\0');
  errno = 0;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const in(std::fopen(file.c_str(), "rbe"), std::fclose);
  if (in) text.resize(std::fread(text.data(), 1, text.size(), in.get()));
  if (!in || std::ferror(in.get()) != 0) {
    return fail(errno == ENOENT ? Code::not_found : Code::io,
                file.string() + ": cannot be read: " + std::strerror(errno));
  }
  return parse_config(text, file);
}

}  // namespace tillcue::terminal
