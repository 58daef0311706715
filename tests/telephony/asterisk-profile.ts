import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A phone that registers; it logs in with its name and the password `pw` + name. */
export const passwordOf = (phone: string): string => `pw${phone}`;

/** For how long phones register with Asterisk. */
export const REGISTRATION_SECONDS = 10;

export interface AsteriskProfile {
  /** The directory as Asterisk sees it inside of its root. */
  directory: string;
  modules: { directory: string; names: readonly string[] };
  ports: { http: number; sip: number; firstRtp: number; lastRtp: number };
  ari: { user: string; password: string; application: string };
  phones: readonly string[];
  /** Where the network of customers is; calls to `PJSIP/{number}@trunk` go there. */
  trunkPort: number;
}

/** The files of a configuration that serves loopback only. */
export function asteriskFiles(profile: AsteriskProfile): Record<string, string> {
  return {
    'asterisk.conf': asteriskConf(profile),
    'modules.conf': `[modules]\nautoload = no\n${profile.modules.names.map((name) => `load = ${name}\n`).join('')}`,
    'logger.conf': '[general]\n[logfiles]\nfull => notice,warning,error,verbose\n',
    'http.conf': `[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = ${profile.ports.http}
; The default of 100 refuses connections under load.
sessionlimit = 1000
`,
    'ari.conf': `[general]
enabled = yes
[${profile.ari.user}]
type = user
read_only = no
password = ${profile.ari.password}
password_format = plain
`,
    'rtp.conf': `[general]
rtpstart = ${profile.ports.firstRtp}
rtpend = ${profile.ports.lastRtp}
icesupport = no
`,
    'pjsip.conf': pjsipConf(profile),
    'extensions.conf': extensionsConf(profile.ari.application),
    'musiconhold.conf': '[default]\nmode = files\ndirectory = /usr/share/asterisk/sounds/en_US_f_Allison\n',
    ...Object.fromEntries(EMPTY.map((name) => [name, ''])),
  };
}

/** Files that modules look for and whose defaults are right. */
const EMPTY = [
  ...[
    'indications.conf',
    'cdr.conf',
    'ccss.conf',
    'features.conf',
    'udptl.conf',
    'stasis.conf',
    'cel.conf',
    'acl.conf',
  ],
  ...['manager.conf', 'amd.conf', 'queues.conf', 'confbridge.conf', 'pjproject.conf', 'codecs.conf', 'sorcery.conf'],
];

function asteriskConf({ directory, modules }: AsteriskProfile): string {
  return `[directories]
astetcdir => ${directory}/etc
astmoddir => ${modules.directory}
astvarlibdir => ${directory}/varlib
astdbdir => ${directory}/db
astkeydir => ${directory}/keys
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astspooldir => ${directory}/spool
astrundir => ${directory}/run
astlogdir => ${directory}/log
[options]
verbose = 3
documentation_language = en_US
`;
}

/** A trunk is known by address and port: by the address of loopback alone every phone would be the trunk. */
function pjsipConf({ ports, phones, trunkPort }: AsteriskProfile): string {
  return `[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:${ports.sip}
[transport-tcp]
type = transport
protocol = tcp
bind = 127.0.0.1:${ports.sip}
[ep](!)
type = endpoint
disallow = all
allow = ulaw,alaw
direct_media = no
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
rtp_symmetric = yes
[au](!)
type = auth
auth_type = userpass
[ao](!)
type = aor
max_contacts = 1
remove_existing = yes
; Asterisk stores what it knows of phones a second later: who is forgotten when it is killed registers again soon.
minimum_expiration = ${REGISTRATION_SECONDS}
${phones.map(phoneConf).join('')}[trunk](ep)
context = from-trunk
aors = trunk
[trunk]
type = aor
contact = sip:127.0.0.1:${trunkPort}
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.1:${trunkPort}
`;
}

const phoneConf = (name: string) => `[${name}](ep)
context = from-phones
auth = ${name}
aors = ${name}
[${name}](au)
username = ${name}
password = ${passwordOf(name)}
[${name}](ao)
`;

const extensionsConf = (application: string) => `[from-phones]
exten => _X.,1,Stasis(${application},inbound,\${EXTEN})
 same => n,Hangup()
[from-trunk]
exten => _X.,1,Stasis(${application},inbound,\${EXTEN})
 same => n,Hangup()
[amd]
exten => s,1,AMD()
 same => n,Stasis(${application},amd,\${AMDSTATUS},\${AMDCAUSE})
 same => n,Hangup()
`;

/** Where the modules of the Asterisk in `root` are, and those of `MODULES` that its version has. */
export function modulesOf(root: string): AsteriskProfile['modules'] {
  const candidates = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib'];
  const directory = candidates
    .map((lib) => `${lib}/asterisk/modules`)
    .find((path) => existsSync(join(root, path, 'app_stasis.so')));
  if (directory === undefined) throw new Error(`There are no modules of Asterisk in ${root}.`);
  const names = MODULES.split(/\s+/).map((name) => `${name}.so`);
  return { directory, names: names.filter((name) => existsSync(join(root, directory, name))) };
}

/** In an order in which each finds what it needs: `res_websocket_client` before `res_ari`, `res_rtp_multicast` before `chan_rtp`. */
const MODULES = `res_timing_timerfd res_crypto res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject
res_rtp_asterisk res_http_websocket res_websocket_client res_rtp_multicast res_pjsip res_pjsip_session res_pjsip_pubsub
res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_user
res_pjsip_endpoint_identifier_ip res_pjsip_registrar res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_rfc3326
res_pjsip_dtmf_info res_pjsip_nat res_pjsip_header_funcs res_pjsip_logger res_pjsip_transport_websocket res_srtp
res_pjsip_refer chan_pjsip chan_rtp
chan_audiosocket res_audiosocket chan_websocket res_stasis res_stasis_answer res_stasis_playback res_stasis_recording
res_stasis_snoop res_stasis_device_state res_ari res_ari_model res_ari_applications res_ari_asterisk res_ari_bridges
res_ari_channels res_ari_device_states res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings res_ari_sounds
app_stasis app_dial app_amd app_playback app_verbose app_echo app_milliwatt app_read app_senddtmf app_record pbx_config
func_channel func_callerid func_strings func_logic func_pjsip_endpoint func_pjsip_contact func_pjsip_aor func_talkdetect
bridge_simple bridge_softmix bridge_holding bridge_native_rtp bridge_builtin_features codec_ulaw codec_alaw codec_gsm
codec_g722 codec_resample format_pcm format_wav format_gsm format_sln res_musiconhold app_userevent app_bridgewait
app_queue app_confbridge func_rand res_security_log res_indications res_tonedetect app_waitforsilence`;
