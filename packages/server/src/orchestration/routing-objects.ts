/**
 * What applications find under `_genesys.queue`, `.statistic`, `.resource`, `.agent`, `.classification` and `.voice`
 * (ors-core-queue.md 3.8, 4), as guest source: an expression that takes the host, `ask` and `plain` of the prelude.
 */
export const ROUTING_OBJECTS = `(function (host, ask, plain) {
  var ROUTE = ['Unknown', 'Default', 'Label', 'OverwriteDNIS', 'DDD', 'IDDD', 'Direct', 'Reject', 'Announcement',
    'PostFeature', 'DirectAgent'];
  var DN = ['NoDN', 'Extension', 'ACDPosition', 'ACDQueue', 'RoutingPoint', 'VirtACDQueue', 'VirtRoutingPoint', 'EAPort',
    'VoiceMail', 'Cellular', 'CP', 'FAX', 'Data', 'Music', 'Trunk', 'TrunkGroup', 'TieLine', 'TieLineGroup', 'Mixed',
    'ExtRoutingPoint', 'DestinationLabel', 'ServiceNumber', 'RoutingQueue', 'CommDN', 'Email', 'VoIP', 'Video', 'Chat',
    'CoBrowse', 'VoIPService', 'Workflow', 'AccessResource', 'GVPDID'];
  function numbered(prefix, list) {
    var result = {};
    list.forEach(function (entry, index) { result[prefix + entry] = index; });
    return result;
  }
  var rType = numbered('RouteType', ROUTE), resourceType = numbered('CFG', DN);
  rType.RouteTypeGetFromDN = 12;
  resourceType.any = -1;
  var overwriteType = numbered('', ['UseNone', 'UseDNIS', 'UseANI', 'UseConfig']);
  /** A function that changes something, carried out with the macrostep. */
  function changes(operation) {
    return function () {
      host.call.apply(undefined, [operation].concat(Array.prototype.slice.call(arguments).map(plain)));
    };
  }
  /** A function that answers something. */
  function asks(operation) {
    return function () { return ask.apply(undefined, [operation].concat(Array.prototype.slice.call(arguments))); };
  }
  function flat(value) {
    if (Array.isArray(value)) return Array.prototype.concat.apply([], value.map(flat));
    return value === undefined || value === null || value === '' ? [] : [String(value)];
  }
  var queue = {
    rType: rType,
    overwriteType: overwriteType,
    usecapcond: numbered('', ['Never', 'Only', 'OnStatError']),
    cCTExtractTargets: function () { return flat(Array.prototype.slice.call(arguments)).join(','); }
  };
  ['reserveTarget', 'checkAgentState', 'excludeAgents', 'priorityTuning', 'incrementPriority', 'priorityLimits',
    'setInteractionAge', 'onRouteError', 'setOptions'].forEach(function (name) { queue[name] = changes('queue.' + name); });
  ['countSkillInGroup', 'expandGroup'].forEach(function (name) { queue[name] = asks('queue.' + name); });
  queue.findServiceObjective = asks('session.findServiceObjective');
  var statistic = {};
  ['sData', 'getAvgData', 'getMinData', 'getMaxData'].forEach(function (name) {
    statistic[name] = asks('statistic.' + name);
  });
  return {
    queue: queue,
    statistic: statistic,
    resource: { resourceType: resourceType },
    agent: {},
    classification: {
      attachCategory: function (category, id) {
        if (category === null || typeof category !== 'object') throw new TypeError('attachCategory needs a category.');
        var data = { CtgId: category.id, CtgName: category.name, CtgRelevancy: category.relevancy };
        data['Ctg_' + category.id] = category.relevancy;
        host.call('ixn.setuData', data, plain(id));
      }
    },
    voice: { overwriteType: overwriteType }
  };
})`;
