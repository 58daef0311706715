/** A phone of the installation, as Asterisk lets it register. */
export interface ConfiguredPhone {
  endpoint: string;
  username: string;
  secret: string;
  /** A browser: SIP over a secure WebSocket. */
  webrtc: boolean;
}

/** A provider that takes calls out of the house and brings them in. */
export interface ConfiguredTrunk {
  endpoint: string;
  /** Host, or host:port. */
  address: string;
  transport: 'udp' | 'tcp' | 'tls';
  username?: string;
  secret?: string;
  register: boolean;
}

/** What the files are written for; secrets are texts that may be placeholders. */
export interface ConfiguredAsterisk {
  /** Stasis applications, one per node of Ringback: a call goes to the first that is there. */
  applications: readonly string[];
  user: string;
  secret: string;
  /** Where ARI is served; loopback unless Ringback runs on another machine. */
  bindAddress: string;
  port: number;
  amdContext: string;
  phones: readonly ConfiguredPhone[];
  trunks: readonly ConfiguredTrunk[];
}

export interface ConfigurationFile {
  /** Below Asterisk's configuration folder. */
  name: string;
  /** The file of Asterisk's own that includes it. */
  includedBy: string;
  text: string;
}

/** The configuration to include in Asterisk's own, so that Ringback can use it: Asterisk 16 to 22. */
export function configurationFiles(settings: ConfiguredAsterisk): ConfigurationFile[] {
  const file = (base: string, text: string): ConfigurationFile => ({
    name: `ringback/${base}`,
    includedBy: base,
    text,
  });
  return [
    file('http.conf', httpConf(settings)),
    file('ari.conf', ariConf(settings)),
    file('pjsip.conf', pjsipConf(settings)),
    file('extensions.conf', extensionsConf(settings)),
  ];
}

function httpConf({ bindAddress, port, phones }: ConfiguredAsterisk): string {
  return `; The web server of Asterisk, which carries its REST interface (ARI) and, for browsers, SIP over WebSocket.
[general](+)
enabled = yes
; Who can reach this port and knows the ARI user can place calls: keep it on loopback, or behind a firewall.
bindaddr = ${bindAddress}
bindport = ${port}
; Connections at once; the default of 100 refuses Ringback's under load.
sessionlimit = 1000
${
  phones.some(({ webrtc }) => webrtc)
    ? `; Browsers take a microphone and a WebSocket from secure pages only.
tlsenable = yes
tlsbindaddr = 0.0.0.0:8089
tlscertfile = /etc/asterisk/keys/asterisk.crt
tlsprivatekey = /etc/asterisk/keys/asterisk.key
`
    : ''
}`;
}

function ariConf({ user, secret }: ConfiguredAsterisk): string {
  return `; The user as which Ringback works: switch/servers/NAME/username and secret of its configuration.
[general](+)
enabled = yes

[${user}]
type = user
read_only = no
password = ${secret}
password_format = plain
`;
}

function pjsipConf({ phones, trunks }: ConfiguredAsterisk): string {
  return `; Phones register here with user name and secret; what they dial is brought to Ringback (context from-phones).
[ringback-phone](!)
type = endpoint
context = from-phones
disallow = all
allow = ulaw,alaw
; Sound goes through Asterisk, so that it can be recorded, held and listened to.
direct_media = no
rtp_symmetric = yes
force_rport = yes
rewrite_contact = yes
device_state_busy_at = 1

; Softphones in a browser: encrypted sound, and addresses found by ICE.
[ringback-webrtc](!,ringback-phone)
webrtc = yes
allow = opus,ulaw,alaw
dtls_auto_generate_cert = yes

[ringback-auth](!)
type = auth
auth_type = userpass

[ringback-aor](!)
type = aor
max_contacts = 1
remove_existing = yes
; A phone that does not answer within seconds is offline, and its agent is offered no calls.
qualify_frequency = 30

[ringback-trunk](!)
type = endpoint
context = from-trunk
disallow = all
allow = ulaw,alaw
direct_media = no
; The number that Ringback shows is sent as the caller's; providers want it in P-Asserted-Identity.
send_pai = yes
${phones.map(phoneSections).join('')}${trunks.map(trunkSections).join('')}`;
}

function phoneSections({ endpoint, username, secret, webrtc }: ConfiguredPhone): string {
  return `
[${endpoint}](${webrtc ? 'ringback-webrtc' : 'ringback-phone'})
auth = ${endpoint}
aors = ${endpoint}
[${endpoint}](ringback-auth)
username = ${username}
password = ${secret}
[${endpoint}](ringback-aor)
`;
}

function trunkSections({ endpoint, address, transport, username, secret, register }: ConfiguredTrunk): string {
  const uri = `sip:${address}${transport === 'udp' ? '' : `\\;transport=${transport}`}`;
  const login = username !== undefined && secret !== undefined;
  const registration = `[${endpoint}-registration]
type = registration
server_uri = ${uri}
client_uri = sip:${username}@${address}
outbound_auth = ${endpoint}
`;
  return `
[${endpoint}](ringback-trunk)
aors = ${endpoint}
${login ? `outbound_auth = ${endpoint}\nfrom_user = ${username}\n` : ''}[${endpoint}]
type = aor
contact = ${uri}
qualify_frequency = 30
; Calls from there, by address; phones are told apart by their user names.
[${endpoint}]
type = identify
endpoint = ${endpoint}
match = ${address}
${login ? `[${endpoint}](ringback-auth)\nusername = ${username}\npassword = ${secret}\n` : ''}${login && register ? registration : ''}`;
}

function extensionsConf({ applications, amdContext }: ConfiguredAsterisk): string {
  return `; What phones and trunks call goes to Ringback, which has a routing point, an application or an agent for the number.
; In it the call waits until Ringback answers; while none is connected the caller hears it ring, for a minute at most.
[from-phones]
exten => _[0-9+*#].,1,Goto(ringback-inbound,\${EXTEN},1)
exten => _[0-9*#],1,Goto(ringback-inbound,\${EXTEN},1)

[from-trunk]
exten => _[0-9+*#].,1,Goto(ringback-inbound,\${EXTEN},1)
exten => _[0-9*#],1,Goto(ringback-inbound,\${EXTEN},1)
; A trunk that does not say which number was called.
exten => s,1,Goto(ringback-inbound,s,1)

[ringback-inbound]
exten => _[0-9+*#s].,1,Set(RINGBACK_WAITED=0)
${inboundSteps(applications)}
exten => _[0-9*#s],1,Set(RINGBACK_WAITED=0)
${inboundSteps(applications)}

; Who has answered: Ringback sends a call through here when it is to be found out, and gets it back with the result. The
; parameters of AMD() are those of amd.conf; the defaults suit most languages.
[${amdContext}]
exten => s,1,AMD()
 same => n,Stasis(\${RINGBACK_APPLICATION},amd,\${AMDSTATUS},\${AMDCAUSE})
 same => n,Hangup()
`;
}

function inboundSteps(applications: readonly string[]): string {
  const tried = applications
    .map(
      (application, index) =>
        ` same => n${index === 0 ? '(try)' : ''},Stasis(${application},inbound,\${EXTEN})
 same => n,GotoIf($["\${STASISSTATUS}" = "SUCCESS"]?over)`,
    )
    .join('\n');
  return `${tried}
 same => n,Ringing()
 same => n,Wait(1)
 same => n,Set(RINGBACK_WAITED=$[\${RINGBACK_WAITED} + 1])
 same => n,GotoIf($[\${RINGBACK_WAITED} < 60]?try)
 same => n(over),Hangup()`;
}
