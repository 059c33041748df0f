#include "paho_options.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include <mqtt/message.h>
#include <mqtt/properties.h>
#include <mqtt/ssl_options.h>

namespace tillcue::sync {
namespace {

bool is_tls(MqttOptions const& options) { return options.tls.has_value() || options.uri.starts_with("mqtts://"); }

Result<void> check_file(std::filesystem::path const& file, char const* what) {
  std::error_code ignored;
  if (file.empty() || std::filesystem::is_regular_file(file, ignored)) return {};
  return fail(Code::invalid, std::string("mqtt: ") + what + " " + file.string() + ": no such file");
}

mqtt::ssl_options tls_options(MqttTls const& tls) {
  mqtt::ssl_options ssl;
  if (!tls.ca.empty()) ssl.set_trust_store(tls.ca.string());
  if (!tls.certificate.empty()) ssl.set_key_store(tls.certificate.string());
  if (!tls.key.empty()) ssl.set_private_key(tls.key.string());
  ssl.set_enable_server_cert_auth(true);
  ssl.set_verify(tls.verify_host);
  ssl.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
  return ssl;
}

}  // namespace

Result<std::string> paho_uri(std::string const& uri) {
  auto const bad = [&] {
    return fail(Code::invalid, "mqtt: \"" + uri + "\" must be mqtt://host:port or mqtts://host:port");
  };
  auto const tls = uri.starts_with("mqtts://");
  if (!tls && !uri.starts_with("mqtt://")) return bad();
  auto rest = uri.substr(uri.find("//") + 2);
  auto const colon = rest.rfind(':');
  bool const has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  auto const host = rest.substr(0, has_port ? colon : rest.size());
  if (host.empty() || rest.find_first_of("/@ ") != std::string::npos) return bad();
  if (!has_port) rest += tls ? ":8883" : ":1883";
  auto const digits = std::string_view(rest).substr(rest.rfind(':') + 1);
  unsigned port = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0 || port > 65'535) return bad();
  return (tls ? "ssl://" : "tcp://") + rest;
}

Result<void> check_options(MqttOptions const& options) {
  auto const longest = std::min<std::size_t>(options.limits.client_id, 64);
  if (options.client_id.empty() || options.client_id.size() > longest) {
    return fail(Code::invalid, "mqtt: the client id must have 1 to " + std::to_string(longest) + " bytes");
  }
  if (!options.tls) return {};
  if (!options.uri.starts_with("mqtts://")) {
    return fail(Code::invalid, "mqtt: TLS files are given but \"" + options.uri + "\" is not mqtts://");
  }
  if (options.tls->certificate.empty() != options.tls->key.empty()) {
    return fail(Code::invalid, "mqtt: the client certificate and its key must be given together");
  }
  if (auto ok = check_file(options.tls->ca, "CA file"); !ok) return ok;
  if (auto ok = check_file(options.tls->certificate, "certificate"); !ok) return ok;
  return check_file(options.tls->key, "key");
}

mqtt::connect_options connect_options_for(MqttOptions const& options) {
  mqtt::connect_options connect;
  connect.set_mqtt_version(MQTTVERSION_5);
  connect.set_clean_start(options.clean_start);
  connect.set_keep_alive_interval(std::min(options.keep_alive, options.limits.keep_alive));
  connect.set_connect_timeout(options.connect_timeout);
  if (!options.user.empty()) connect.set_user_name(options.user);
  if (!options.password.empty()) connect.set_password(options.password);
  if (options.will) {
    connect.set_will(
        mqtt::will_options(mqtt::message(options.will->topic, options.will->payload, 1, options.will->retain)));
  }
  if (is_tls(options)) connect.set_ssl(tls_options(options.tls.value_or(MqttTls{})));
  auto const expiry =
      std::clamp<std::int64_t>(std::min(options.session_expiry, options.limits.session_expiry).count(), 0, INT32_MAX);
  mqtt::properties properties;
  properties.add({mqtt::property::SESSION_EXPIRY_INTERVAL, static_cast<std::int32_t>(expiry)});
  connect.set_properties(std::move(properties));
  return connect;
}

}  // namespace tillcue::sync
