import { ROUTING_OBJECTS } from './routing-objects.js';

/**
 * What every application finds under `_genesys`, as guest source for the engine: an expression that takes the host and
 * gives the global names. Objects that belong to a session come from the environment of the session that is running;
 * functions that change something are recorded and carried out with the macrostep (`ActionModule.functions`); functions
 * that answer something ask for it by `ask` (`ActionModule.lookups`).
 */
export const PRELUDE = `(function (host) {
  'use strict';
  var MEDIA = ['TMediaVoice', 'TMediaVoIP', 'TMediaEMail', 'TMediaVMail', 'TMediaSMail', 'TMediaChat', 'TMediaVideo',
    'TMediaCobrowsing', 'TMediaWhiteboard', 'TMediaAppSharing', 'TMediaWebform', 'TMediaWorkItem', 'TMediaCallback',
    'TMediaFax', 'TMediaIMChat', 'TMediaBusinessEvent', 'TMediaAlert', 'TMediaSMS', 'TMediaOutboundPreview',
    'TMediaOpenMedia', 'TMediaNativeSMS', 'TMediaAny'];
  var mediaType = {};
  MEDIA.forEach(function (name) { mediaType[name] = name; });
  function plain(value) { return value === undefined ? null : value; }
  /** The server's answer; there is none yet when the macrostep asks for the first time, and it is then repeated. */
  function ask(operation) {
    var args = Array.prototype.slice.call(arguments, 1).map(plain);
    var key = JSON.stringify([operation, args]), answers = host.env().answers;
    if (answers && Object.prototype.hasOwnProperty.call(answers, key)) {
      return answers[key] === null ? undefined : answers[key];
    }
    host.call('ask', key, operation, args);
    return undefined;
  }
  var session = {
    get server() { return host.env().session.server; },
    get tenant() { return (host.called('session.setTenant') || [host.env().session.tenant])[0]; },
    get tenantid() { return host.env().session.tenantid; },
    getListItemValue: function (list, item, key) { return ask('session.getListItemValue', list, item, key); },
    listLookupValue: function (list, item, key) { return ask('session.listLookupValue', list, item, key); },
    getConfigOption: function (ixnId, key, from) { return ask('session.getConfigOption', ixnId, key, from); },
    dateInZone: function (zone) { return ask('session.dateInZone', zone); },
    timeInZone: function (zone) { return ask('session.timeInZone', zone); },
    dayInZone: function (zone) { return ask('session.dayInZone', zone); },
    isSpecialDay: function (table, day, zone, time) { return ask('session.isSpecialDay', table, day, zone, time); },
    findServiceObjective: function (type, segment, media) {
      return ask('session.findServiceObjective', type, segment, media);
    },
    setTenant: function (tenant) {
      if (typeof tenant !== 'string' || tenant === '') throw new TypeError('setTenant needs the name of a tenant');
      host.call('session.setTenant', tenant);
    },
    setOptions: function (name, value) { host.call('session.setOptions', plain(name), plain(value)); },
    ActiveServerName: function () { return host.env().session.server.name; },
    lookupseq: { StartFromStrategy: -1, StartFromCDN: 0, StartFromTserver: 1, StartFromTenant: 2, StartFromRouter: 3 }
  };
  var ixn = {
    /** By their ids, and by their places: the first is the main one. */
    get interactions() {
      var env = host.env().ixn, interactions = env.interactions;
      var rest = Object.keys(interactions).filter(function (id) { return id !== env.firstixnid; });
      var all = env.firstixnid === null ? rest : [env.firstixnid].concat(rest);
      all.forEach(function (id, place) {
        Object.defineProperty(interactions, place, { value: interactions[id], enumerable: false });
      });
      Object.defineProperty(interactions, 'length', { value: all.length, enumerable: false });
      return interactions;
    },
    get firstixnid() { return host.env().ixn.firstixnid; },
    mediaType: mediaType,
    getMediaIntValue: function (name) { return MEDIA.indexOf(name); },
    setuData: function (data, id) { host.call('ixn.setuData', plain(data), plain(id)); },
    deleteuData: function (data, id) { host.call('ixn.deleteuData', plain(data), plain(id)); },
    getuData: function (key, id) {
      var env = host.env().ixn;
      var interaction = env.interactions[id === undefined ? env.firstixnid : id];
      return interaction ? interaction.udata[key] : undefined;
    }
  };
  var routing = ${ROUTING_OBJECTS}(host, ask, plain);
  return {
    _genesys: {
      session: session,
      ixn: ixn,
      queue: routing.queue,
      statistic: routing.statistic,
      resource: routing.resource,
      agent: routing.agent,
      classification: routing.classification,
      voice: routing.voice,
      ws: {},
      dialog: {}
    }
  };
})`;
